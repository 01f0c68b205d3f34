import { foldEmailAddress } from '../accounts/email-address.ts';
import { loadOrganisation } from '../accounts/load.ts';
import type { Organisation, Subscriber } from '../accounts/organisation.ts';
import { onlyRow, type Database } from '../database/open.ts';
import { OperatorFault } from '../fault.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';
import type { WithDatabase } from './setup.ts';

export function show(withDatabase: WithDatabase): Command {
  return {
    name: 'show',
    usage: 'CUSTOMER ADDRESS-OR-DN',
    summary: 'one subscriber with seats, as stored',
    options: { json: { type: 'boolean' } },
    count: { min: 2, max: 2 },
    run: async ({ arguments: [customer = '', subject = ''], options, configuration, print }) => {
      const id = customerNumber(customer);
      const shown = await withDatabase(await configuration(), (database) =>
        showSubscriber(database, id, subject),
      );
      print(options.json ? JSON.stringify(shown) : asText(shown));
      return 0;
    },
  };
}

/** @throws {OperatorFault} where there is no such customer or subscriber */
export async function showSubscriber(database: Database, customer: number, address: string): Promise<object> {
  const known = await database.query<{ known: boolean }>(
    'select exists(select 1 from customer where id = $1) as known',
    [customer],
  );
  if (!onlyRow(known).known) throw new OperatorFault(`There is no customer ${customer}.`);
  const email = foldEmailAddress(address);
  const organisation = await loadOrganisation(database, customer, { emails: [email], notesDns: [] });
  const subscriber = organisation.subscribers.get(email);
  if (!subscriber) throw new OperatorFault(`Customer ${customer} has no subscriber ${address}.`);
  return shownSubscriber(organisation, subscriber, new Date());
}

function shownSubscriber(organisation: Organisation, subscriber: Subscriber, now: Date): object {
  const { invitation, seats, notes, lastChange } = subscriber;
  const expired =
    invitation.state === 'pending' && invitation.expiresAt !== null && invitation.expiresAt <= now;
  return {
    customer: organisation.id,
    email: subscriber.email,
    alternateEmail: subscriber.alternateEmail,
    state: subscriber.state,
    givenName: subscriber.givenName,
    familyName: subscriber.familyName,
    federationType: subscriber.federationType,
    roles: subscriber.roles,
    companyContact: subscriber.companyContact,
    profile: subscriber.profile,
    password: subscriber.password.state,
    seats: seats.map((seat) => ({
      subscription: seat.subscription,
      kind: organisation.subscriptions.get(seat.subscription)?.kind,
      state: seat.state,
      extraStorage: seat.extraStorage,
      assignedAt: seat.assignedAt,
      lastChange: seat.lastChange,
    })),
    invitation: {
      state: expired ? 'expired' : invitation.state,
      sentTo: invitation.sentTo,
      sent: invitation.sentAt,
      expires: invitation.expiresAt,
      suppressed: invitation.suppressed,
    },
    notes,
    lastChange,
  };
}

/** One `name: value` a line; nested values are indented. */
function asText(value: object, indent = ''): string {
  return Object.entries(value)
    .map(([name, item]: [string, unknown]) => {
      if (Array.isArray(item) && item.some((one) => typeof one === 'object'))
        return item.map((one: object) => `${indent}${name}:\n${asText(one, `${indent}  `)}`).join('\n');
      if (item instanceof Date) return `${indent}${name}: ${item.toISOString()}`;
      if (typeof item === 'object' && item !== null && !Array.isArray(item))
        return `${indent}${name}:\n${asText(item, `${indent}  `)}`;
      return `${indent}${name}: ${Array.isArray(item) ? item.join(', ') : item == null ? '-' : JSON.stringify(item).replace(/^"|"$/g, '')}`;
    })
    .join('\n');
}
