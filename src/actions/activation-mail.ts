import { z } from 'zod';
import { nextSeq } from '../accounts/changes/change-rows.ts';
import { fieldsOf, noteSubscriberChange } from '../accounts/subscribers/changes.ts';
import { hasPasswordOnly, invite } from '../accounts/subscribers/invitation.ts';
import { loadOrganisation } from '../accounts/subscribers/load.ts';
import type { Subscriber } from '../accounts/subscribers/organisation.ts';
import {
  activationRun,
  endActivationRun,
  saveActivationRun,
  type ActivationRun,
} from '../accounts/subscribers/activation-run.ts';
import { peopleWith } from '../accounts/subscribers/people.ts';
import { saveOrganisation } from '../accounts/subscribers/save.ts';
import type { Transaction } from '../database/open.ts';
import { record } from '../events/record.ts';
import { action, operators, type Channel } from './action.ts';
import { lockedCustomer } from './locked-customer.ts';

/** So many people in one transaction: memory stays bounded, and files of the customer wait for one slice at most. */
const SLICE = 500;
/** Of no change file. */
const NO_ENTRY = 0;

/** What became of the mail to all who are not verified. */
interface Sent {
  sent: number;
  /** Sign in through their company, or with a password that they were given: there is nothing to mail. */
  left: number;
}

/**
 * Sends one activation mail to everybody who is not verified, also where an invitation is still on its way: the new link
 * takes the place of the old one. Slice by slice, each with how far it has come in its transaction: what is interrupted
 * goes on with the next call, and nobody is mailed twice.
 */
export const activationMail = action({
  name: 'activation-mail',
  input: z.strictObject({ customer: z.int() }),
  allowed: operators,
  run: async (
    { database, clock, caps, hasMailServer },
    { customer },
    { name: who },
    { send }: Channel<Sent>,
  ): Promise<Sent & { resumed: boolean; hasMailServer: boolean }> => {
    const step = (before: ActivationRun | null): Promise<Step> =>
      database.transaction(async (tx) => {
        await lockedCustomer(tx, customer, caps);
        return nextSlice(tx, customer, before, { who, now: clock.now() });
      });
    let { run, isLast, wasUnderWay: resumed } = await step(null);
    while (!isLast) {
      await send({ sent: run.sent, left: run.left });
      ({ run, isLast } = await step(run));
    }
    return { sent: run.sent, left: run.left, resumed, hasMailServer };
  },
});

interface Step {
  run: ActivationRun;
  wasUnderWay: boolean;
  isLast: boolean;
}

/** @param before how far this call has come; null: not begun */
async function nextSlice(
  tx: Transaction,
  customer: number,
  before: ActivationRun | null,
  by: { who: string; now: Date },
): Promise<Step> {
  const stored = await activationRun(tx, customer);
  // Another call has brought it to its end.
  if (before && stored?.begunAt.getTime() !== before.begunAt.getTime())
    return { run: before, wasUnderWay: true, isLast: true };
  const run = stored ?? { begunAt: by.now, afterId: 0, sent: 0, left: 0 };
  const page = await peopleWith(tx, customer, {
    status: 'NOT_VERIFIED',
    after: run.afterId,
    limit: SLICE,
    now: by.now,
  });
  const from = await nextSeq(tx, customer, by.now);
  const emails = page.map(({ email }) => email);
  const sent = page.length === 0 ? 0 : await inviteAll(tx, customer, emails, by);
  const left = page.length - sent;
  const done = {
    ...run,
    afterId: page.at(-1)?.id ?? run.afterId,
    sent: run.sent + sent,
    left: run.left + left,
  };
  const isLast = page.length < SLICE;
  await (isLast ? endActivationRun(tx, customer) : saveActivationRun(tx, customer, done));
  const data = { before: {}, after: { sent, left }, journal: { from } };
  if (sent > 0) await record(tx, by.now, { type: 'invitations.sent', customer, who: by.who, data });
  return { run: done, wasUnderWay: stored !== null, isLast };
}

/** @returns how many were invited */
async function inviteAll(
  tx: Transaction,
  customer: number,
  emails: readonly string[],
  { who, now }: { who: string; now: Date },
): Promise<number> {
  const organisation = await loadOrganisation(tx, customer, { emails, notesDns: [] });
  const people = [...organisation.subscribers.values()].filter(canBeInvited);
  for (const person of people) {
    const before = fieldsOf(person);
    invite(organisation, person, NO_ENTRY, now);
    organisation.changed.add(person);
    noteSubscriberChange(organisation, person, before, { place: null, operation: 'activation mail' });
  }
  await saveOrganisation(tx, organisation, { who }, now);
  return people.length;
}

function canBeInvited(person: Subscriber): boolean {
  const mayRegister = person.state === 'pending' || person.state === 'active';
  return mayRegister && person.federationType !== 'FEDERATED' && !hasPasswordOnly(person);
}
