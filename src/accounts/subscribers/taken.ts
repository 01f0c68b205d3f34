/** What commands take from people, as they stand in memory after the last one: what a guard decides on. */
import type { Weight } from '../../change-file/danger.ts';
import { departmentSign, slippedSign } from '../../change-file/signs.ts';
import type { Queryable } from '../../database/open.ts';
import type { Organisation, Subscriber } from './organisation.ts';

/** Whoever was suspended and resumed by the same file has lost nothing. */
export function takenFrom({ changed, stored }: Organisation): Weight {
  const gone: Subscriber[] = [];
  const moved: { from: string; to: string }[] = [];
  for (const subscriber of changed) {
    const before = stored.people.get(subscriber.id)?.row;
    if (!before) continue;
    if (isTaken(String(before['state']), subscriber.state)) gone.push(subscriber);
    else if (before['email'] !== subscriber.email)
      moved.push({ from: String(before['email']), to: subscriber.email });
  }
  return {
    absent: 0,
    disabled: 0,
    removed: gone.length,
    addresses: moved.length,
    of: null,
    scopeChanged: false,
    signs: [...departmentSign(gone.map(({ profile }) => profile.department)), ...slippedSign(moved)],
  };
}

function isTaken(before: string, after: Subscriber['state']): boolean {
  if (after === 'remove_pending' || after === 'removed') return before !== after;
  return after === 'suspended' && (before === 'pending' || before === 'active');
}

/** How many people the customer has who can be suspended or removed. */
export async function peopleToLose(db: Queryable, customer: number): Promise<number> {
  const { rows } = await db.query<{ people: number }>(
    `select count(*)::int as people from subscriber where customer_id = $1 and state in ('pending', 'active')`,
    [customer],
  );
  return rows[0]?.people ?? 0;
}
