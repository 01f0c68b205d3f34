/** Who acts at a door, as each organisation may see it: from the event to the line. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { systemClock } from '../../src/clock.ts';
import type { Peer } from '../../src/events/events.ts';
import { recordingJournal } from '../../src/events/events.ts';
import { logTo } from '../../src/events/log.ts';
import { lastEventId } from '../../src/events/read-journalled.ts';
import { journalLines } from '../../src/journal/journal-lines.ts';
import { reason } from '../../src/messages/reply.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { declared, person } from '../support/organisation.ts';

const [ACME, PARTNER] = [1_000_001, 1_000_002];
const PASSWORD = 'Gate-4711-some-Upload';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  const account = (login: string) => ({ login, password: PASSWORD, rights: ['upload' as const] });
  const customer = (id: number, folder: string, more: object) => ({
    id,
    name: folder,
    folder,
    domains: [`${folder}.example`],
    ...more,
  });
  await setUpOrganisations(
    database,
    systemClock,
    declared({
      customers: [
        customer(ACME, 'acme', {
          subscribers: [person('lene@acme.example')],
          accounts: [account('lene@acme.example'), account('robot'), account('kai@partner.example')],
        }),
        customer(PARTNER, 'partner', { subscribers: [person('kai@partner.example')] }),
      ],
    }),
    'enforce',
  );
});
afterAll(() => database.drop());

const peer = (login: string, customer: number | null): Peer => ({
  protocol: 'ftps',
  address: '192.0.2.7',
  login,
  customer,
  cipher: 'TLSv1.3',
});

async function linesAbout(customer: number, from: number): Promise<string[]> {
  const events = [{ from: from + 1, to: await lastEventId(database) }];
  const pages = await Array.fromAsync(
    journalLines(database, customer, { number: 1, day: '2026-03-01', events }),
  );
  return pages.flat().map(({ text }) => text.replace(/^\S+ user /, ''));
}

it('a login is somebody of the organisation, of another one, or nobody; who does not exist is told nowhere', async () => {
  const before = await lastEventId(database);
  const { journal, recorder } = recordingJournal(
    logTo(() => {}),
    { database, clock: systemClock },
  );
  journal.signedIn(peer('lene@acme.example', ACME));
  journal.signedIn(peer('robot', ACME));
  journal.signedIn(peer('kai@partner.example', ACME));
  journal.signInRefused(peer('lene@acme.example', null), reason('signIn.addressNotAllowed'));
  journal.signInRefused(peer('robot', null), reason('signIn.banned'));
  journal.signInRefused(peer('nobody@acme.example', null), reason('signIn.wrongPassword'));
  await recorder[Symbol.asyncDispose]();
  const { rows } = await database.query<{ email: string; id: string }>(
    'select email, id::text from subscriber',
  );
  const id = (email: string) => rows.find((row) => row.email === email)?.id ?? '';
  const done = (actor: string) => `${actor} performed LOGIN_BASIC with outcome SUCCESS`;
  const refused = (actor: string, why: string) =>
    `${actor} performed LOGIN_BASIC with outcome FAILURE reason=${why}`;
  const lene = `lene@acme.example (id=${id('lene@acme.example')}, customerid=${ACME})`;
  const robot = `robot (id=unknown, customerid=${ACME})`;
  expect(await linesAbout(ACME, before)).toEqual([
    done(lene),
    done(robot),
    done(`@partner.example (id=${id('kai@partner.example')}, customerid=${PARTNER})`),
    refused(lene, 'IP_ADDRESS_NOT_ALLOWED'),
    refused(robot, 'MAX_FAILED_LOGINS_EXCEEDED'),
  ]);
  expect(await linesAbout(PARTNER, before)).toEqual([]);
});

it('names are those of the moment: what is changed later is taken back', async () => {
  const before = await lastEventId(database);
  const subscription = (name: string) => ({ id: 1, kind: 'collaboration' as const, name, seats: 5 });
  const carryOut = (name: string, familyName: string, seats: number[]) =>
    setUpOrganisations(
      database,
      systemClock,
      declared({
        customers: [
          {
            id: PARTNER,
            name: 'partner',
            folder: 'partner',
            subscriptions: [subscription(name)],
            subscribers: [person('kai@partner.example', seats, { familyName })],
          },
        ],
      }),
      'enforce',
    );
  await carryOut('Engage', 'Partner', [1]);
  const first = await linesAbout(PARTNER, before);
  expect(
    first.some(
      (line) =>
        line.includes('ENTITLESUBSCRIBER') &&
        line.includes('name="Kai Partner"') &&
        line.includes('name="Engage"'),
    ),
  ).toBe(true);
  await carryOut('Connections', 'Torp', []);
  const all = await linesAbout(PARTNER, before);
  expect(all.slice(0, first.length)).toEqual(first);
  expect(all.slice(first.length).join('\n')).toMatch(
    /REVOKESUBSCRIBER .*name="Kai Torp".*name="Connections"/,
  );
});
