import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { settleClaim, statusOf, type StatusFacts } from '../../../src/accounts/subscribers/status.ts';
import { emptyOrganisation } from '../../kinds/fuzz/organisation.ts';
import { resumeSubscriber, suspendSubscriber } from '../../../src/accounts/subscribers/lifecycle.ts';
import { newSubscriber } from '../../../src/accounts/subscribers/new-subscriber.ts';
import type { Subscriber } from '../../../src/accounts/subscribers/organisation.ts';
import { isClaimOpen } from '../../../src/accounts/subscribers/status.ts';

const HOUR_MS = 3_600_000;
const START = new Date('2026-05-05T12:00:00Z');

const file = new URL('../../samples/statuses/status-events.csv', import.meta.url);
const machines = parse<{ case: string; events: string; status_after_each_event: string; source: string }>(
  readFileSync(file),
  { columns: true },
);

/** One person through the events of a row. */
class Person {
  #now = START;
  #person: Subscriber | null = null;
  readonly #organisation = { ...emptyOrganisation(), ownedDomains: new Set(['example.com']) };

  /** @returns the status after the event; `refused` where it is not allowed, and changes nothing */
  after(event: string): string {
    const [name = '', ...words] = event.split(' ');
    return this.#carryOut(name, words) && this.#person ? statusOf(this.#person, this.#now) : 'refused';
  }

  #carryOut(name: string, words: string[]): boolean {
    const person = this.#person;
    if (name === 'create_inactive') return false;
    if (name === 'add') return this.#add(words);
    if (name === 'take_over') return this.#takeOver(words);
    if (!person) return false;
    const mayUse = person.state !== 'suspended' && person.identityVerified;
    switch (name) {
      case 'verify_mail':
        person.identityVerified = true;
        return true;
      case 'sign_in':
        if (mayUse) person.standing.firstSignInAt ??= this.#now;
        return mayUse;
      case 'use_service':
        return mayUse;
      case 'deactivate':
        suspendSubscriber(this.#organisation, person);
        return true;
      case 'reactivate':
        resumeSubscriber(this.#organisation, person);
        return true;
      case 'hours':
        this.#now = new Date(this.#now.getTime() + Number(words[0]) * HOUR_MS);
        return true;
      case 'decide': {
        const open = isClaimOpen(person.standing, this.#now);
        if (open) settleClaim(person);
        return open;
      }
      default:
        throw new Error(`no event is called ${name}`);
    }
  }

  #new(domain: string | undefined): Subscriber {
    const email = `ann@${domain === 'verified' ? 'example.com' : 'example.org'}`;
    const person = { id: 1, email, givenName: 'Ann', familyName: 'One', origin: 'test' };
    return (this.#person = newSubscriber(this.#organisation, person, this.#now));
  }

  #add([domain, method]: string[]): boolean {
    const person = this.#new(domain);
    if (method === 'site_link') person.identityVerified = true;
    person.standing.readyFromStart = method === 'sync' && domain === 'verified';
    return true;
  }

  #takeOver([status, domain, decision]: string[]): boolean {
    const person = this.#new(domain);
    person.identityVerified ||= status !== 'NOT_VERIFIED';
    person.standing.readyFromStart = status === 'ACTIVE';
    if (decision === 'claim') person.standing.claimSince = this.#now;
    return true;
  }
}

it.each(machines)('$case: $events', ({ events, status_after_each_event: expected }) => {
  const person = new Person();
  const found = events.split('; ').map((event) => person.after(event));
  expect(found.join('; ')).toBe(expected);
});

const facts = (
  more: Partial<StatusFacts['standing']> & Partial<Omit<StatusFacts, 'standing'>> = {},
): StatusFacts => {
  const { state = 'active', identityVerified = true, ...standing } = more;
  return {
    state,
    identityVerified,
    standing: {
      readyFromStart: false,
      firstSignInAt: null,
      claimSince: null,
      claimDecided: null,
      ...standing,
    },
  };
};
const ago = (hours: number) => new Date(START.getTime() - hours * HOUR_MS);

it.each<[string, StatusFacts, string]>([
  [
    'an open claim is shown before all else',
    facts({ state: 'suspended', identityVerified: false, claimSince: ago(335) }),
    'PENDING_CLAIM',
  ],
  ['a suspended person is inactive', facts({ state: 'suspended', firstSignInAt: ago(1) }), 'INACTIVE'],
  [
    'a suspended one whose claim is over, too',
    facts({ state: 'suspended', claimSince: ago(336) }),
    'INACTIVE',
  ],
  [
    'who has not decided in 14 days is active',
    facts({ identityVerified: false, claimSince: ago(336) }),
    'ACTIVE',
  ],
  ['not verified', facts({ identityVerified: false, firstSignInAt: ago(1) }), 'NOT_VERIFIED'],
  ['verified, and has not signed in', facts(), 'VERIFIED'],
  ['has signed in', facts({ firstSignInAt: ago(1) }), 'ACTIVE'],
  ['ready from the start', facts({ state: 'pending', readyFromStart: true }), 'ACTIVE'],
])('%s', (_, given, status) => {
  expect(statusOf(given, START)).toBe(status);
});
