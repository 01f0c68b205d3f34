/** Every action through a real control socket and without a daemon, on two databases that begin alike. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { carryOutDirectly } from '../../cli/call-action.ts';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { ACTIONS } from '../../src/actions/list.ts';
import { actionServices } from '../../src/actions/services.ts';
import { systemClock } from '../../src/clock.ts';
import { checkConfiguration, type Configuration } from '../../src/configuration.ts';
import { OperatorFault } from '../../src/fault.ts';
import { askDaemon } from '../../src/http/ask-daemon.ts';
import { controlFolder } from '../../src/http/control-socket.ts';
import { startControlServer } from '../../src/http/control.ts';
import { SpoolMount } from '../../src/spool/mount.ts';
import { cloneDatabase } from '../support/database.ts';
import { ACME, declared, fixtures, person } from '../support/organisation.ts';

interface Question {
  action: string;
  input: unknown;
  who: string;
  content?: () => AsyncIterable<Buffer>;
}

/** One way to ask, with its own database and spool. */
type Face = (question: Question, take: (piece: unknown) => void) => Promise<unknown>;

const opened = new AsyncDisposableStack();
const faults: string[] = [];
let throughSocket: Face;
let directly: Face;

async function makeHome() {
  const home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-faces-'));
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const database = await cloneDatabase();
  opened.defer(() => database.drop());
  const text = stringify({ data: path.join(home, 'data'), spool: path.join(home, 'spool') });
  const configuration: Configuration = { ...checkConfiguration(text, 'x.yaml'), readFrom: null };
  await mkdir(configuration.spool);
  await SpoolMount.of({ database, clock: systemClock, spool: configuration.spool });
  const organisation = declared(
    await fixtures({
      subscribers: [
        person('sam@example.com'),
        person('claimed@example.com', [], { claim: { since: new Date().toISOString() } }),
        person('new@example.org', [], { state: 'pending' }),
      ],
    }),
  );
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(database, systemClock, organisation, 'enforce');
  await database.query(
    `insert into access_account (login, customer_id, rights, networks) values ('extra', ${ACME}, '{upload}', '{}');
     insert into door_score (kind, subject, failures, bans, banned_until, failed_at)
       values ('account', 'acme', 0, 1, now() + interval '1 hour', now());
     insert into directory_entry (customer_id, dn_key, dn, class, attributes, created_at)
       values (${ACME}, 'o=acme,cn=ann', 'cn=Ann,o=Acme', 'person', '{"displayName":["Ann"]}', now());
     insert into change_file (customer_id, name, state, received_at, bytes, modified_at, hold, held_until)
       select ${ACME}, name, 'held', now(), 10, now(), '{"absent":6,"disabled":1,"of":50}', now() + interval '1 day'
         from unnest('{${HELD},${OTHER_HELD}}'::text[]) as name;
     insert into sequence_counter (customer_id, source, type, last) values (${ACME}, 'HR', 'PRV', 5);
     update subscriber set department = 'Sales' where email = 'sam@example.com';
     insert into notice_endpoint (customer_id, kind, name, target, types, secret, created_at, disabled_at, disabled_why)
       values (${ACME}, 'mail', 'it@example.com', 'it@example.com', '{file.held}', null, now(), null, null),
              (${ACME}, 'webhook', 'erp', 'https://erp.example.com/hooks/s3cret', '{file.held}', 'erp', now(), now(), 'gone');
     insert into notice_delivery (endpoint_id, event_id, customer_id, at, type, subject, order_key, data, next_try_at, tries, done_at, outcome)
       values (2, 77, ${ACME}, now(), 'file.held', '${HELD}', 'x', '{}', now(), 9, now(), 'given_up');
     with file as (
       insert into change_file (customer_id, name, state, decision, received_at, started_at, finished_at, bytes, modified_at)
       values (${ACME}, '${UNDONE}', 'filed', 'applied', now(), now(), now(), 10, now()) returning id, started_at)
     insert into change (customer_id, subject_id, seq, file_id, entry, line, kind, operation, diff)
       select ${ACME}, s.id, extract(epoch from started_at) * 1e6 + 1, file.id, 1, 2, 1, 'Update', '{"department":[null,"Sales"]}'
         from file, subscriber s where s.email = 'sam@example.com'`,
  );
  return { configuration, database };
}

beforeAll(async () => {
  const one = await makeHome();
  const two = await makeHome();
  const { data } = one.configuration;
  const services = actionServices(one.configuration, {
    database: one.database,
    clock: systemClock,
    scratch: controlFolder(data),
    changed: () => {},
  });
  const server = await startControlServer(
    data,
    services,
    (name, error) => void faults.push(`${name}: ${String(error)}`),
  );
  opened.defer(() => server.close());
  throughSocket = (question, take) => askDaemon(data, { ...question, take });
  directly = (question, take) => carryOutDirectly(two.configuration, two.database, { ...question, take });
});
afterAll(() => opened.disposeAsync());

/** Moments differ, and so do folders. */
function comparable<T>(value: T): T {
  const text = JSON.stringify(value)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/"bytes":"[^"]*"|"(accessed|modified)Ms":[\d.]+/g, '"some":0')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [AP]M/g, 'TIME');
  return JSON.parse(text) as T;
}

async function ask(face: Face, question: Question) {
  const pieces: unknown[] = [];
  const outcome = await face(question, (piece) => pieces.push(piece)).then(
    (answer) => ({ answer }),
    (error: unknown) => {
      if (!(error instanceof OperatorFault)) throw error;
      return { refused: error.message, exitCode: error.exitCode };
    },
  );
  return comparable({ pieces, ...outcome });
}

async function* bytes(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

const UNDONE = `${ACME}_HR_PRV_1.csv`;
const [HELD, OTHER_HELD] = [`${ACME}_ad_SNAPSHOT_1.csv`, `${ACME}_ad_SNAPSHOT_2.csv`];
/** The next of the source: it has not come. */
const NUMBER_6 = { customer: ACME, source: 'HR', type: 'PRV', first: '6', last: '6', reason: 'HR says so' };
const UNTIL = new Date(Date.now() + 3_600_000).toISOString();
const HEADER = 'emailAddress,action\n';
const ALL_EVENTS = { customer: null, types: [], since: null, limit: 10, follow: false };
const NEW_CUSTOMER = { customers: [{ id: 5_000_005, name: 'New', folder: 'new' }] };

/** In this order: what one changes the next one sees. */
const QUESTIONS: [
  action: string,
  input: unknown,
  outcome: 'answers' | `exit ${number}`,
  content?: string[],
][] = [
  ['status', {}, 'answers'],
  ['customer-status', { customer: ACME }, 'answers'],
  ['customer-status', { customer: 9 }, 'exit 1'],
  ['waiting', {}, 'answers'],
  ['setup', NEW_CUSTOMER, 'answers'],
  ['setup', NEW_CUSTOMER, 'answers'],
  ['setup', { customers: [{ id: 5_000_006, name: 'Taken', folder: 'new' }] }, 'exit 1'],
  ['show', { customer: ACME, subject: 'sam@example.com' }, 'answers'],
  ['show', { customer: ACME, subject: 'CN=ann, O=acme' }, 'answers'],
  ['show', { customer: ACME, subject: 'nobody@example.com' }, 'exit 1'],
  ['groups', { customer: ACME }, 'answers'],
  ['groups', { customer: 9 }, 'exit 1'],
  ['claim', { customer: ACME, address: 'claimed@example.com', decision: 'move' }, 'answers'],
  ['claim', { customer: ACME, address: 'claimed@example.com', decision: 'leave' }, 'answers'],
  ['claim', { customer: ACME, address: 'nobody@example.com', decision: 'move' }, 'exit 1'],
  ['claim', { customer: ACME, address: 'sam@example.com', decision: 'stay' }, 'exit 2'],
  ['activation-mail', { customer: ACME }, 'answers'],
  ['activation-mail', { customer: 9 }, 'exit 1'],
  ['history', { customer: ACME, subject: 'sam@example.com' }, 'answers'],
  ['history', { customer: ACME, subject: 'nobody@example.com' }, 'exit 1'],
  ['throttle', { customer: ACME, change: {} }, 'answers'],
  ['throttle', { customer: ACME, change: { hourly: 7, daily: 70 } }, 'answers'],
  ['throttle', { customer: 9, change: { hourly: 7 } }, 'exit 1'],
  ['throttle', { customer: ACME, change: { hourly: 0 } }, 'exit 2'],
  ['hold', { customer: ACME }, 'answers'],
  ['hold', { customer: ACME }, 'answers'],
  ['release', { customer: ACME }, 'answers'],
  ['feeds', { customer: null }, 'answers'],
  ['feeds', { customer: 9 }, 'exit 1'],
  ['sequence', { customer: ACME, source: null, type: null }, 'answers'],
  ['sequence', { customer: ACME, source: 'HP', type: 'PRV' }, 'exit 1'],
  ['sequence', { customer: ACME, source: 'HR', type: 'DI' }, 'exit 1'],
  ['sequence', { customer: 9, source: null, type: null }, 'exit 1'],
  ['rule-sequence', { ...NUMBER_6, until: null }, 'answers'],
  ['rule-sequence', { ...NUMBER_6, until: UNTIL }, 'answers'],
  ['rule-sequence', { ...NUMBER_6, last: '9', until: null }, 'exit 1'],
  ['rule-sequence', { ...NUMBER_6, reason: '', until: null }, 'exit 2'],
  ['rule-sequence', { ...NUMBER_6, until: '2020-05-05T12:00:00Z' }, 'exit 2'],
  ['rule-sequence', { ...NUMBER_6, customer: 9, until: null }, 'exit 1'],
  ['pause', { customer: ACME, reason: 'a wrong export' }, 'answers'],
  ['pause', { customer: ACME, reason: '' }, 'answers'],
  ['pause', { customer: 9, reason: '' }, 'exit 1'],
  ['resume', { customer: ACME }, 'answers'],
  ['resume', { customer: ACME }, 'answers'],
  ['approve', { customer: ACME, file: HELD, people: null }, 'answers'],
  ['approve', { customer: ACME, file: HELD, people: null }, 'answers'],
  ['approve', { customer: ACME, file: HELD, people: -1 }, 'exit 2'],
  ['discard', { customer: ACME, file: OTHER_HELD }, 'answers'],
  ['discard', { customer: 7, file: OTHER_HELD }, 'exit 1'],
  ['undo', { customer: ACME, file: UNDONE, entries: null, reason: '', dryRun: true }, 'answers'],
  ['undo', { customer: ACME, file: UNDONE, entries: [[1, 1]], reason: 'a slip', dryRun: false }, 'answers'],
  ['undo', { customer: ACME, file: HELD, entries: null, reason: '', dryRun: false }, 'exit 1'],
  ['undo', { customer: ACME, file: UNDONE, entries: [], reason: '', dryRun: false }, 'exit 2'],
  [
    'check',
    { file: `/x/${ACME}_PRV_1.csv`, customer: null },
    'answers',
    [HEADER, 'sam@example.com,Suspend\n'],
  ],
  ['check', { file: `${ACME}_PRV_1.csv`, customer: null }, 'answers', [HEADER, 'né@example.com,Suspend\n']],
  ['check', { file: 'draft.csv', customer: null }, 'exit 2', [HEADER.repeat(100_000)]],
  ['check', { file: `${ACME}_PRV_1.csv`, customer: 9 }, 'exit 1', [HEADER.repeat(100_000)]],
  ['export', { customer: ACME, content: false, containers: true }, 'answers'],
  ['export', { customer: 9, content: false, containers: true }, 'exit 1'],
  ['bans', { all: true }, 'answers'],
  ['unban', { subject: 'acme' }, 'answers'],
  ['account-remove', { login: 'extra' }, 'answers'],
  ['account-remove', { login: 'extra' }, 'answers'],
  ['purge', { dryRun: true }, 'answers'],
  ['purge', { dryRun: false }, 'answers'],
  ['reconcile', { dryRun: true }, 'answers'],
  ['audit', { customer: null, file: null, login: 'ola\n\u2028', since: null, limit: 100 }, 'answers'],
  ['audit', { customer: null, file: null, login: null, since: 'yesterday', limit: 100 }, 'exit 2'],
  ['audit', { customer: null, file: null, login: null, since: null, limit: 100_000 }, 'exit 2'],
  ['backup', {}, 'answers', ['written']],
  ['backup', {}, 'exit 1'],
  ['verify', {}, 'answers'],
  ['try-database', { url: null }, 'answers'],
  ['try-database', { url: 'postgres://nobody@127.0.0.1:1/nowhere' }, 'exit 1'],
  ['events', { ...ALL_EVENTS, limit: 100 }, 'answers'],
  ['events', { ...ALL_EVENTS, customer: ACME, types: ['customer.*', 'caps.changed'] }, 'answers'],
  ['events', { ...ALL_EVENTS, since: '2999-01-01T00:00:00Z' }, 'answers'],
  ['events', { ...ALL_EVENTS, types: ['file.nonsense'] }, 'exit 2'],
  ['events', { ...ALL_EVENTS, limit: 100_000 }, 'exit 2'],
  ['notices', { customer: null }, 'answers'],
  ['notices', { customer: ACME }, 'answers'],
  ['notices-test', { endpoint: 1 }, 'answers'],
  ['notices-test', { endpoint: 9 }, 'exit 1'],
  ['notices-list', { customer: null, state: 'waiting', limit: 10 }, 'answers'],
  ['notices-list', { customer: ACME, state: 'failed', limit: 10 }, 'answers'],
  ['notices-list', { customer: ACME, state: 'lost', limit: 10 }, 'exit 2'],
  ['notices-enable', { endpoint: 2 }, 'answers'],
  ['notices-enable', { endpoint: 2 }, 'answers'],
  ['notices-enable', { endpoint: 9 }, 'exit 1'],
  ['notices-resend', { event: '77', endpoint: null, since: null }, 'answers'],
  ['notices-resend', { event: '78', endpoint: null, since: null }, 'exit 3'],
  ['notices-resend', { event: null, endpoint: 1, since: '2026-01-01T00:00:00Z' }, 'answers'],
  ['notices-resend', { event: null, endpoint: 9, since: '2026-01-01T00:00:00Z' }, 'exit 1'],
  ['notices-resend', { event: null, endpoint: 1, since: null }, 'exit 2'],
];

/** The questions that are answered, with a character that no database can hold in each of their texts in turn. */
function withUnstorableTexts(): [action: string, input: unknown][] {
  const answered = QUESTIONS.filter(([, , outcome]) => outcome === 'answers');
  const spoilt = answered.flatMap(([action, input]) =>
    ['\0', '\ud800'].flatMap((bad) => spoiltIn(input, bad).map((one) => [action, one] as const)),
  );
  return [
    ...new Map(spoilt.map(([action, input]) => [JSON.stringify([action, input]), [action, input]])),
  ].map(([, one]) => one as [string, unknown]);
}

function spoiltIn(value: unknown, bad: string): unknown[] {
  if (typeof value === 'string') return [`${value}${bad}`];
  if (Array.isArray(value))
    return value.flatMap((one, index) => spoiltIn(one, bad).map((spoilt) => value.with(index, spoilt)));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    spoiltIn(inner, bad).map((spoilt) => ({ ...value, [key]: spoilt })),
  );
}

describe('the same answer through the socket and without a daemon', () => {
  it.each(QUESTIONS)('%s %j %s', async (action, input, outcome, content) => {
    const question: Question = {
      action,
      input,
      who: 'ola\n\u2028',
      ...(content && { content: () => bytes(...content) }),
    };
    const answered = await ask(throughSocket, question);
    expect('answer' in answered ? 'answers' : `exit ${answered.exitCode}`).toBe(outcome);
    expect(answered).toEqual(await ask(directly, question));
    expect(faults).toEqual([]);
  });

  it('is asked of every action', () => {
    expect([...new Set(QUESTIONS.map(([name]) => name))].sort()).toEqual(
      ACTIONS.map(({ name }) => name).sort(),
    );
  });

  it.each(ACTIONS.map(({ name }) => name))('%s refuses an unknown key in the same words', async (action) => {
    const question = { action, input: { nonsense: 1 }, who: 'ola' };
    const answered = await ask(throughSocket, question);
    expect(answered).toMatchObject({
      refused: expect.stringContaining(`${action}: unknown key nonsense`) as string,
      exitCode: 2,
    });
    expect(answered).toEqual(await ask(directly, question));
  });

  it.each(withUnstorableTexts())('%s %j is refused before any action sees it', async (action, input) => {
    const question = { action, input, who: 'ola' };
    const answered = await ask(throughSocket, question);
    expect(answered).toMatchObject({ exitCode: 2 });
    expect(answered).toEqual(await ask(directly, question));
    expect(faults).toEqual([]);
  });

  it('a NUL is refused in words, also in the name of who asks', async () => {
    const refusal = (name: string) => ({
      refused: `show: ${name} contains a NUL character, which cannot be stored; remove it`,
      exitCode: 2,
      pieces: [],
    });
    const subject = { action: 'show', input: { customer: ACME, subject: 'sam\0@example.com' }, who: 'ola' };
    expect(await ask(throughSocket, subject)).toEqual(refusal('subject'));
    const who = { ...subject, input: { customer: ACME, subject: 'sam@example.com' }, who: 'o\0la' };
    expect(await ask(throughSocket, who)).toEqual(refusal('who'));
  });

  it('an action that is not in the list is refused', async () => {
    const question = { action: 'removeAccount', input: {}, who: 'ola' };
    expect(await ask(throughSocket, question)).toEqual(await ask(directly, question));
  });
});
