import { seatOf, type Subscription } from '../../accounts/subscribers/organisation.ts';
import { hasCollaboration, mailTypeOf, type Pool } from '../../accounts/subscribers/subscription.ts';
import {
  check,
  givenValue,
  knownSubscriber,
  namedSubscription,
  seatList,
  textOf,
  touch,
  userNotFound,
  valueCheck,
  type Check,
  type Complaint,
  type DecisionContext,
} from './context.ts';

const COLUMNS = [
  { pool: 'files', field: 'collabExtraStorage' },
  { pool: 'mail', field: 'mailExtraStorage' },
] as const satisfies { pool: Pool; field: string }[];

type Column = (typeof COLUMNS)[number];

/** 6.11: sets the extra storage of a base seat, in whole gigabytes; the value is the new amount, not an increment. */
export const changeStorageChecks: readonly Check[] = [
  userNotFound,
  check(11, 1003, (s) => {
    const value = textOf(s, 'subscriptionId');
    return !namedSubscription(s, 'subscriptionId') && { field: 'subscriptionId', value, reason: 'unknown' };
  }),
  valueCheck(12, 1041, (s) => {
    const [first] = COLUMNS;
    if (given(s).length === 0) return { field: first.field, reason: 'missing' };
    const wrong = given(s).filter(({ field }) => !/^\d+$/.test(textOf(s, field)));
    return wrong.map(({ field }) => ({ field, value: textOf(s, field) }));
  }),
  check(13, 1018, (s) => {
    const subscription = base(s);
    const held = seatOf(knownSubscriber(s), subscription.id) !== undefined;
    return (
      !held && {
        field: 'subscriptionId',
        value: String(subscription.id),
        reason: 'storage',
        other: knownSubscriber(s).email,
        list: seatList(s),
      }
    );
  }),
  check(14, 1042, (s) => aboutFirst(s, ({ pool }) => !takesStorage(base(s), pool))),
  check(15, 1044, (s) => aboutFirst(s, ({ pool }) => pools(s, pool).length === 0)),
  check(16, 1045, (s) =>
    aboutFirst(
      s,
      (column) => room(s, column) < sizeOf(s, column),
      (column) => ({ limit: Math.max(room(s, column), 0) }),
    ),
  ),
  check(17, 1089, (s) =>
    aboutFirst(s, ({ pool }) => !pools(s, pool).some((storage) => fits(storage, base(s)))),
  ),
];

export function changeStorage(s: DecisionContext): void {
  const subscriber = knownSubscriber(s);
  const seat = seatOf(subscriber, base(s).id);
  if (!seat) throw new Error('ChangeStorage ran before its checks');
  for (const column of given(s)) {
    s.organisation.storageTaken[column.pool] += sizeOf(s, column) - seat.extraStorage[column.pool];
    seat.extraStorage[column.pool] = sizeOf(s, column);
  }
  seat.lastChange = { file: s.inputs.file, line: s.line };
  touch(s, subscriber);
}

function given(s: DecisionContext): Column[] {
  return COLUMNS.filter(({ field }) => (givenValue(s, field) ?? '') !== '');
}

function sizeOf(s: DecisionContext, { field }: Column): number {
  return Number(textOf(s, field));
}

function base(s: DecisionContext): Subscription {
  const subscription = namedSubscription(s, 'subscriptionId');
  if (!subscription) throw new Error('ChangeStorage ran before its check for the subscription');
  return subscription;
}

function takesStorage(subscription: Subscription, pool: Pool): boolean {
  return pool === 'files' ? hasCollaboration(subscription) : mailTypeOf(subscription) !== null;
}

/** What the company has bought of a kind of extra storage. */
function pools({ organisation }: DecisionContext, pool: Pool): Subscription[] {
  return [...organisation.subscriptions.values()].filter((one) => one.pool === pool && one.active);
}

/** Gigabytes that this seat could have, what it has now included. */
function room(s: DecisionContext, { pool }: Column): number {
  const bought = pools(s, pool).reduce((sum, storage) => sum + storage.gigabytes, 0);
  const own = seatOf(knownSubscriber(s), base(s).id)?.extraStorage[pool] ?? 0;
  return bought - s.organisation.storageTaken[pool] + own;
}

/** Storage that names no base subscriptions fits all. */
function fits(storage: Subscription, subscription: Subscription): boolean {
  return storage.compatibleWith.size === 0 || storage.compatibleWith.has(subscription.id);
}

function aboutFirst(
  s: DecisionContext,
  matches: (column: Column) => boolean,
  more: (column: Column) => Partial<Complaint> = () => ({}),
): Complaint | undefined {
  const column = given(s).find(matches);
  return column && { field: column.field, value: textOf(s, column.field), ...more(column) };
}
