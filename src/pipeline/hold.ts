/** A file that would hit too many people stays where it lies, and nothing of it is done, until somebody decides. */
import { numberOf, peopleOf, type Hold } from '../change-file/danger.ts';
import type { Transaction } from '../database/open.ts';
import { record } from '../events/record.ts';
import { failpoint } from '../failpoints.ts';
import { expectExit, hold } from '../ledger/exits.ts';
import { HELD_MS } from '../order/guard.ts';
import { leaveInFolder } from '../spool/take.ts';
import type { CommitInput, Committed } from './commit-input.ts';

/** @returns null where it was replaced or deleted since it was read: look again */
export async function holdFile(
  tx: Transaction,
  why: Hold,
  { file, folder, opened, contents, now }: CommitInput,
): Promise<Committed | null> {
  const left = await leaveInFolder(folder, file, opened);
  if (left === 'gone') return null;
  const until = contents?.kind.replacesHeld ? new Date(now.getTime() + HELD_MS) : null;
  await expectExit(hold(tx, file, why, { until, entries: contents?.total ?? 0, taken: left === 'in-hand' }));
  await record(tx, now, {
    type: 'file.held',
    customer: file.customer,
    subject: file.name,
    data: told(why, until),
  });
  failpoint('held');
  return {};
}

/** What guard it is, and its figures. */
function told(why: Hold, until: Date | null) {
  const { reason, of, counts, addresses = 0, size, earlier } = why;
  return {
    reason,
    people: peopleOf(why),
    of,
    ...(addresses > 0 ? { addresses } : {}),
    ...(size ? { entries: size.entries, usual: size.usual } : {}),
    ...(earlier === undefined ? {} : { earlier }),
    ...(counts ? { number: numberOf(why) } : {}),
    ...(until ? { until: until.toISOString() } : {}),
  };
}
