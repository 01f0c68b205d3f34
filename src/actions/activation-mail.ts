import { z } from 'zod';
import { fieldsOf, noteSubscriberChange } from '../accounts/subscribers/changes.ts';
import { hasPasswordOnly, invite } from '../accounts/subscribers/invitation.ts';
import { loadOrganisation } from '../accounts/subscribers/load.ts';
import type { Subscriber } from '../accounts/subscribers/organisation.ts';
import { addressesWith } from '../accounts/subscribers/people.ts';
import { saveOrganisation } from '../accounts/subscribers/save.ts';
import type { Transaction } from '../database/open.ts';
import { record } from '../events/record.ts';
import { action, operators } from './action.ts';
import { lockedCustomer } from './locked-customer.ts';

/** So many people are worked on at once: memory stays bounded. */
const PAGE = 1_000;
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
 * takes the place of the old one.
 */
export const activationMail = action({
  name: 'activation-mail',
  input: z.strictObject({ customer: z.int() }),
  allowed: operators,
  run: async ({ database, clock, caps }, { customer }, { name: who }): Promise<Sent> =>
    database.transaction(async (tx) => {
      await lockedCustomer(tx, customer, caps);
      const now = clock.now();
      const total: Sent = { sent: 0, left: 0 };
      for (let after = '', page: string[] | null = null; page === null || page.length === PAGE;) {
        page = await addressesWith(tx, customer, { status: 'NOT_VERIFIED', after, limit: PAGE, now });
        const sent = page.length === 0 ? 0 : await inviteAll(tx, customer, page, { who, now });
        total.sent += sent;
        total.left += page.length - sent;
        after = page.at(-1) ?? after;
      }
      if (total.sent > 0)
        await record(tx, now, {
          type: 'invitations.sent',
          customer,
          who,
          data: { before: {}, after: total },
        });
      return total;
    }),
});

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
