import { z } from 'zod';
import { nextSeq } from '../accounts/changes/change-rows.ts';
import { fieldsOf, noteSubscriberChange } from '../accounts/subscribers/changes.ts';
import { foldEmailAddress } from '../accounts/subscribers/email-address.ts';
import { isLastAdministrator, removeSubscriber } from '../accounts/subscribers/lifecycle.ts';
import { loadOrganisation } from '../accounts/subscribers/load.ts';
import type { Organisation, Subscriber } from '../accounts/subscribers/organisation.ts';
import { saveOrganisation } from '../accounts/subscribers/save.ts';
import { closeClaim, isClaimOpen, settleClaim } from '../accounts/subscribers/status.ts';
import { record } from '../events/record.ts';
import { OperatorFault } from '../fault.ts';
import { operator } from '../messages/en/operator.ts';
import { action, operators } from './action.ts';
import { lockedCustomer } from './locked-customer.ts';

/** Of no change file. */
const NO_ENTRY = 0;

/**
 * What somebody has decided who was taken over from another organisation: `move` makes the account a usual one, `leave`
 * removes it. After 14 days without a decision it is as though moved, and nothing can be decided any more.
 */
export const claim = action({
  name: 'claim',
  input: z.strictObject({ customer: z.int(), address: z.string(), decision: z.enum(['move', 'leave']) }),
  allowed: operators,
  run: async ({ database, clock, caps }, { customer, address, decision }, { name: who }) =>
    database.transaction(async (tx) => {
      await lockedCustomer(tx, customer, caps);
      const now = clock.now();
      const email = foldEmailAddress(address);
      const organisation = await loadOrganisation(tx, customer, { emails: [email], notesDns: [] });
      const person = expectPerson(organisation, email);
      if (!isClaimOpen(person.standing, now)) return { decided: false };
      const before = fieldsOf(person);
      if (decision === 'move') settleClaim(person);
      else leave(organisation, person);
      organisation.changed.add(person);
      noteSubscriberChange(organisation, person, before, { place: null, operation: 'claim' });
      const journal = { from: await nextSeq(tx, customer, now) };
      await saveOrganisation(tx, organisation, { who }, now);
      await record(tx, now, {
        type: 'claim.decided',
        customer,
        who,
        subject: email,
        data: { before: { email }, after: { decision }, journal },
      });
      return { decided: true };
    }),
});

function expectPerson({ id, subscribers }: Organisation, email: string): Subscriber {
  const person = subscribers.get(email);
  if (!person || person.state === 'remove_pending')
    throw new OperatorFault(operator.actions.noSubscriber(id, email));
  return person;
}

/** @throws {OperatorFault} where the organisation cannot do without the account */
function leave(organisation: Organisation, person: Subscriber): void {
  const { email, companyContact } = person;
  if (companyContact && organisation.companyContacts === 1)
    throw new OperatorFault(operator.actions.onlyContact(email));
  if (isLastAdministrator(organisation, person))
    throw new OperatorFault(operator.actions.lastAdministrator(email));
  closeClaim(person);
  removeSubscriber(organisation, person, null, NO_ENTRY);
}
