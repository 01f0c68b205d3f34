/** The model's own judgement of one entry: the checks of code-selection.csv in their order, then the effect. */
import { add } from './add.ts';
import { changeSeat } from './change-seat.ts';
import { commonChecks } from './fields.ts';
import { remove, rename, resendInvitation, resume, suspend, update } from './lifecycle.ts';
import { firstRefusal } from './refusal.ts';
import { assignSeat, changeStorage, revokeSeat } from './seat-operations.ts';
import { findSubscriber, type Model, type ModelRecord, type ModelSubscriber } from './state.ts';

type Operation = (model: Model, user: ModelSubscriber, record: ModelRecord) => number;

const ON_A_USER: Record<string, Operation> = {
  update,
  suspend,
  resume,
  remove,
  assignseat: assignSeat,
  changeseat: changeSeat,
  revokeseat: revokeSeat,
  rename,
  resendinvitation: resendInvitation,
  changestorage: changeStorage,
};

/** @returns the result code; where it is 0 the model has changed */
export function applyEntry(model: Model, record: ModelRecord): number {
  const code = firstRefusal(commonChecks(record));
  if (code !== 0) return code;
  const action = record['action']?.toLowerCase() ?? '';
  if (action === 'add') return add(model, record);
  const user = findSubscriber(model, record['emailAddress'] ?? '');
  return user ? (ON_A_USER[action]?.(model, user, record) ?? 1015) : 1011;
}
