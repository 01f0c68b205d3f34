/** The model's own judgement of one entry: the checks of code-selection.csv in their order, then the effect. */
import { isDeepStrictEqual } from 'node:util';
import type { Model, ModelSubscriber } from './accounts.ts';
import { add } from './add.ts';
import { changeSeat } from './change-seat.ts';
import { commonChecks, suppressesAll, withoutBlanks } from './fields.ts';
import { remove, rename, resendInvitation, resume, suspend, update } from './lifecycle.ts';
import type { ModelRecord } from './record.ts';
import { firstRefusal } from './refusal.ts';
import { assignSeat, changeStorage, revokeSeat } from './seat-operations.ts';
import { findSubscriber } from './state.ts';

/** What a holder is told changes of: invitations are mails of their own, and what is left behind is nobody's business. */
function accountOf(user: ModelSubscriber) {
  return structuredClone({ ...user, invitation: null, invitedAt: null, mailbox: null });
}

function tell({ entries, notices }: Model, user: ModelSubscriber, operation: string): void {
  notices.push({ entry: entries - 1, user, to: user.alternative ?? '', email: user.email, operation });
}

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
export function applyEntry(model: Model, written: ModelRecord): number {
  const record = withoutBlanks(written);
  model.entries += 1;
  const code = firstRefusal(commonChecks(record));
  if (code !== 0) return code;
  const action = record['action']?.toLowerCase() ?? '';
  if (action === 'add') return add(model, record);
  const user = findSubscriber(model, record['emailAddress'] ?? '');
  if (!user) return 1011;
  const before = accountOf(user);
  const result = ON_A_USER[action]?.(model, user, record) ?? 1015;
  const told = !suppressesAll(record) && user.alternative !== null;
  if (told && !isDeepStrictEqual(before, accountOf(user))) tell(model, user, action);
  return result;
}
