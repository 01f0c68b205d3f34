import { afterAll, beforeEach, beforeAll, describe, expect, it } from 'vitest';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { loadOrganisation } from '../../src/accounts/subscribers/load.ts';
import { countPeople, peopleWith } from '../../src/accounts/subscribers/people.ts';
import { statusOf, USER_STATUSES } from '../../src/accounts/subscribers/status.ts';
import { activationMail } from '../../src/actions/activation-mail.ts';
import { carryOut } from '../../src/actions/carry-out.ts';
import { claim } from '../../src/actions/claim.ts';
import { groups } from '../../src/actions/groups.ts';
import { actionServices, type ActionServices } from '../../src/actions/services.ts';
import { show } from '../../src/actions/show.ts';
import type { Action } from '../../src/actions/action.ts';
import { checkConfiguration } from '../../src/configuration.ts';
import { TestClock } from '../support/clock.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { ACME, declared, fixtures, person, type WrittenCustomer } from '../support/organisation.ts';

const HOUR_MS = 3_600_000;

async function addressesOf(): Promise<string[]> {
  const { rows } = await database.query<{ email: string }>(
    `select email from subscriber where email like '%@example.org' and state <> 'removed'`,
  );
  return rows.map(({ email }) => email);
}

let database: TestDatabase;
let clock: TestClock;
let services: ActionServices;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  clock = new TestClock();
  const configuration = { ...checkConfiguration('data: ./d\nspool: ./s\n', 'x.yaml'), readFrom: null };
  services = actionServices(configuration, { database, clock, scratch: '/nowhere', changed: () => {} });
  await database.query(
    `delete from outbox; delete from group_membership; delete from user_group; delete from technician;
     delete from subscriber; delete from organisation_item; delete from activation_run; delete from event`,
  );
});

async function setUp(overlay: Partial<WrittenCustomer>): Promise<void> {
  const organisation = declared(await fixtures(overlay));
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(database, clock, organisation, 'enforce');
}

const channel = {
  content: (async function* () {})(),
  send: async () => {},
  gone: new AbortController().signal,
};
const ask = ({ name: action }: Pick<Action, 'name'>, input: object) =>
  carryOut(
    services,
    { action, input: { customer: ACME, ...input }, actor: { kind: 'operator', name: 'ola' } },
    channel,
  );
const shown = (subject: string) => ask(show, { subject });
const openedAgo = (hours: number) => ({
  claim: { since: new Date(clock.now().getTime() - hours * HOUR_MS).toISOString() },
});

describe('a claim', () => {
  it('is decided once: moved, the account is active', async () => {
    await setUp({ subscribers: [person('eve@example.org', [], { state: 'pending', ...openedAgo(1) })] });
    expect(await shown('eve@example.org')).toMatchObject({ status: 'PENDING_CLAIM' });
    const move = { address: 'Eve@example.org', decision: 'move' };
    expect(await ask(claim, move)).toEqual({ decided: true });
    expect(await shown('eve@example.org')).toMatchObject({ status: 'ACTIVE', signedIn: false });
    expect(await ask(claim, move)).toEqual({ decided: false });
    const { rows } = await database.query(
      `select who, customer_id, subject, data from event where type = 'claim.decided'`,
    );
    expect(rows).toEqual([
      {
        who: 'ola',
        customer_id: ACME,
        subject: 'eve@example.org',
        data: {
          before: { email: 'eve@example.org' },
          after: { decision: 'move' },
          journal: { from: expect.any(Number), to: expect.any(Number) },
        },
      },
    ]);
  });

  it('is decided once: left, the account is removed like by Remove', async () => {
    await setUp({ subscribers: [person('eve@example.org', [], openedAgo(335))] });
    expect(await ask(claim, { address: 'eve@example.org', decision: 'leave' })).toEqual({ decided: true });
    const { rows } = await database.query(
      `select state, (select array_agg(topic order by id) from outbox o where o.subscriber_id = s.id) as topics
         from subscriber s where email = 'eve@example.org'`,
    );
    expect(rows).toEqual([{ state: 'remove_pending', topics: ['content', 'removal'] }]);
  });

  it('that is decided stays decided, however often a file that declares it is edited', async () => {
    const opened = openedAgo(1);
    const file = (jobTitle: string, open = opened) => ({
      subscribers: ['moved@example.org', 'left@example.org'].map((email) =>
        person(email, [], { jobTitle, ...open }),
      ),
    });
    await setUp(file('One'));
    expect(await ask(claim, { address: 'moved@example.org', decision: 'move' })).toEqual({ decided: true });
    expect(await ask(claim, { address: 'left@example.org', decision: 'leave' })).toEqual({ decided: true });
    await setUp(file('Two'));
    expect(await shown('moved@example.org')).toMatchObject({
      status: 'ACTIVE',
      profile: { jobTitle: 'Two' },
    });
    await database.query(
      `update subscriber set state = 'removed', removed_at = now() where state = 'remove_pending'`,
    );
    await setUp(file('Three'));
    expect(await addressesOf()).toEqual(['moved@example.org']);
    await setUp(file('Four', openedAgo(0)));
    expect(await shown('moved@example.org')).toMatchObject({ status: 'PENDING_CLAIM' });
    expect(await shown('left@example.org')).toMatchObject({ status: 'PENDING_CLAIM' });
  });

  it('is over after 14 days: the account is active, and nothing can be decided', async () => {
    await setUp({ subscribers: [person('eve@example.org', [], openedAgo(335))] });
    clock.advance(HOUR_MS);
    expect(await shown('eve@example.org')).toMatchObject({ status: 'ACTIVE' });
    expect(await ask(claim, { address: 'eve@example.org', decision: 'leave' })).toEqual({ decided: false });
  });

  it('cannot take the last administrator or the only company contact away', async () => {
    await setUp({});
    await database.query(`update subscriber set claim_since = $1 where email = 'admin@example.com'`, [
      clock.now(),
    ]);
    const leave = ask(claim, { address: 'admin@example.com', decision: 'leave' });
    await expect(leave).rejects.toThrow(/only company contact/);
    await database.query(`update subscriber set company_contact = false where email = 'admin@example.com'`);
    await expect(ask(claim, { address: 'admin@example.com', decision: 'leave' })).rejects.toThrow(
      /last administrator/,
    );
  });
});

describe('the activation mail', () => {
  it('goes to all who are not verified, once more to those who have one on its way, and to nobody else', async () => {
    await setUp({
      emailVerification: true,
      federation: 'partial',
      subscribers: [
        person('new@example.org', [], { state: 'pending' }),
        person('old@example.org', [], { state: 'pending', identityVerified: false }),
        person('fed@example.org', [], { state: 'pending', federationType: 'FEDERATED' }),
        person('verified@example.com', [], { state: 'pending' }),
        person('active@example.org'),
        person('away@example.org', [], { state: 'suspended', identityVerified: false }),
      ],
    });
    expect(await ask(activationMail, {})).toEqual({ sent: 2, left: 1, resumed: false, hasMailServer: false });
    clock.advance(HOUR_MS);
    expect(await ask(activationMail, {})).toEqual({ sent: 2, left: 1, resumed: false, hasMailServer: false });
    const { rows } = await database.query(
      `select payload->>'to' as "to", payload->>'purpose' as purpose from outbox where topic = 'invitation' order by id`,
    );
    const mail = (to: string) => ({ to, purpose: 'register' });
    expect(rows).toEqual([
      mail('new@example.org'), mail('old@example.org'), mail('new@example.org'), mail('old@example.org'),
    ]); // prettier-ignore
    expect(await shown('new@example.org')).toMatchObject({
      status: 'NOT_VERIFIED',
      invitation: { state: 'pending', sentTo: 'new@example.org' },
    });
  });

  const addPeople = async (count: number) => {
    await setUp({ emailVerification: true });
    await database.query(
      `insert into subscriber (customer_id, email, given_name, family_name, state, federation_type, origin, created_at, updated_at)
         select ${ACME}, 'p' || n || '@example.org', 'P', 'N', 'pending', 'NON_FEDERATED', 'test', now(), now()
           from generate_series(1, ${count}) n`,
    );
  };
  const mails = async () => {
    const { rows } = await database.query<{ people: number; mails: number }>(
      `select count(distinct subscriber_id) as people, count(*) as mails from outbox where topic = 'invitation'`,
    );
    return rows[0];
  };
  const withSend = (send: (piece: unknown) => Promise<void>) =>
    carryOut(
      services,
      {
        action: activationMail.name,
        input: { customer: ACME },
        actor: { kind: 'operator', name: 'ola' },
      },
      { ...channel, send },
    );

  it('of a thousand people and more leaves nobody out, and says how far it is', async () => {
    await addPeople(1_201);
    const told: unknown[] = [];
    const answer = await withSend(async (piece) => void told.push(piece));
    expect(answer).toEqual({ sent: 1_201, left: 0, resumed: false, hasMailServer: false });
    expect(told).toEqual([
      { sent: 500, left: 0 },
      { sent: 1_000, left: 0 },
    ]);
    expect(await mails()).toEqual({ people: 1_201, mails: 1_201 });
  });

  it('that is interrupted goes on with the next call, and nobody is mailed twice, whatever address a person has by then', async () => {
    await addPeople(1_201);
    const interrupted = withSend(async () => {
      await database.query(`update subscriber set email = 'zz@example.org' where email = 'p1@example.org'`);
      throw new Error('nobody waits any more');
    });
    await expect(interrupted).rejects.toThrow('nobody waits');
    expect(await mails()).toEqual({ people: 500, mails: 500 });
    expect(await ask(activationMail, {})).toEqual({
      sent: 1_201,
      left: 0,
      resumed: true,
      hasMailServer: false,
    });
    expect(await mails()).toEqual({ people: 1_201, mails: 1_201 });
    const { rows } = await database.query<{ after: object }>(
      `select data->'after' as after from event where type = 'invitations.sent' order by id`,
    );
    expect(rows.map(({ after }) => after)).toEqual([500, 500, 201].map((sent) => ({ sent, left: 0 })));
    expect(await ask(activationMail, {})).toEqual({
      sent: 1_201,
      left: 0,
      resumed: false,
      hasMailServer: false,
    });
  });

  it('that two ask for at the same time goes to everybody once', async () => {
    await addPeople(1_201);
    let others: unknown = null;
    const answer = await withSend(async () => {
      others ??= await ask(activationMail, {});
    });
    expect(others).toEqual({ sent: 1_201, left: 0, resumed: true, hasMailServer: false });
    expect(answer).toEqual({ sent: 500, left: 0, resumed: false, hasMailServer: false });
    expect(await mails()).toEqual({ people: 1_201, mails: 1_201 });
  });
});

describe('groups', () => {
  it('are counted with those who have no row of their own, and without those who are removed', async () => {
    await setUp({
      groups: [{ name: 'Everybody', default: true }, { name: 'Sales', canSend: false }, { name: 'Äther' }],
      subscribers: [
        person('ann@example.com', [], { groups: [{ name: 'Sales' }] }),
        person('bob@example.com', [], {
          groups: [
            { name: 'Everybody', primary: true },
            { name: 'Sales', canSend: true },
          ],
        }),
        person('gone@example.com', [], { state: 'remove_pending', groups: [{ name: 'Sales' }] }),
      ],
    });
    expect(await ask(groups, {})).toEqual({
      groups: [
        { name: 'Everybody', default: true, canSend: true, members: 2 },
        { name: 'Sales', default: false, canSend: false, members: 2 },
        { name: 'Äther', default: false, canSend: true, members: 0 },
      ],
    });
    expect(await shown('ann@example.com')).toMatchObject({
      groups: [{ name: 'Sales', primary: true, canSend: false, admin: false }],
    });
  });

  it('a new default group, or other rights of it, leave those who are there as they are', async () => {
    await setUp({ groups: [{ name: 'Old', default: true }], subscribers: [person('ann@example.com')] });
    await setUp({
      groups: [{ name: 'New', default: true, canSend: false }, { name: 'Old' }],
      subscribers: [person('bob@example.com')],
    });
    expect(await shown('ann@example.com')).toMatchObject({
      groups: [{ name: 'Old', primary: true, canSend: true }],
    });
    expect(await shown('bob@example.com')).toMatchObject({
      groups: [{ name: 'New', primary: true, canSend: false }],
    });
    await setUp({ groups: [{ name: 'New', canSend: true }] });
    expect(await shown('bob@example.com')).toMatchObject({ groups: [{ name: 'New', canSend: false }] });
  });
});

it('the statuses that the database counts are those that the program shows', async () => {
  await setUp({});
  await database.query(
    `insert into subscriber (customer_id, email, given_name, family_name, state, state_before_suspend, federation_type, origin,
                             created_at, updated_at, identity_verified, ready_from_start, first_sign_in_at, claim_since)
       select ${ACME}, row_number() over () || '@example.net', 'P', 'N', state, case state when 'suspended' then 'active' end,
              'NON_FEDERATED', 'test', now(), now(), verified, ready, signed, claimed
         from unnest(array['pending', 'active', 'suspended']) state, unnest(array[true, false]) verified,
              unnest(array[true, false]) ready, unnest(array[null, $1::timestamptz]) signed,
              unnest(array[null, $1::timestamptz, $1 - interval '335 hours', $1 - interval '336 hours']) claimed`,
    [clock.now()],
  );
  const { rows } = await database.query<{ email: string }>(
    `select email from subscriber where customer_id = ${ACME}`,
  );
  const { subscribers } = await loadOrganisation(database, ACME, {
    emails: rows.map(({ email }) => email),
    notesDns: [],
  });
  const shownBy = Map.groupBy(subscribers.values(), (one) => statusOf(one, clock.now()));
  expect([...shownBy.keys()].sort()).toEqual(USER_STATUSES.toSorted());
  const counted = Object.fromEntries([...shownBy].map(([status, people]) => [status, people.length]));
  expect((await countPeople(database, [ACME], clock.now())).get(ACME)).toEqual(counted);
  for (const [status, people] of shownBy) {
    const page = { status, after: 0, limit: 1_000, now: clock.now() };
    expect((await peopleWith(database, ACME, page)).map(({ email }) => email).sort()).toEqual(
      people.map(({ email }) => email).sort(),
    );
  }
});
