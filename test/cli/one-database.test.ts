import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACTIONS } from '../../src/actions/list.ts';
import { spoolgate } from '../support/command-line.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures, person } from '../support/organisation.ts';

let world: TestDaemon;
beforeAll(async () => {
  const subscribers = [person('sam@example.com')];
  world = await startTestDaemon({ organisation: await fixtures({ subscribers }) });
  await writeFile(
    path.join(world.home, `${ACME}_PRV_1.csv`),
    'emailAddress,action\nsam@example.com,Suspend\n',
  );
  // What commands read of it from now on leads nowhere.
  const file = path.join(world.home, 'spoolgate.yaml');
  const text = (await readFile(file, 'utf8')).replace(/^database: .*$/m, '');
  await writeFile(file, text);
  await appendFile(file, '\ndatabase: postgres://nobody@127.0.0.1:1/nowhere\n');
});
afterAll(() => world[Symbol.asyncDispose]());

interface Expected {
  words: string[];
  code: number;
  says: RegExp;
}

/** By the action that each calls. */
const COMMANDS = {
  setup: { words: ['setup', 'organisation.yaml'], code: 0, says: /^Already up to date\.$/m },
  status: { words: ['status'], code: 0, says: /^1000001 Acme/m },
  'customer-status': { words: ['status', String(ACME)], code: 0, says: /^1000001 Acme/m },
  waiting: { words: ['status', '--waiting'], code: 0, says: /^No files are waiting\.$/m },
  show: { words: ['show', String(ACME), 'sam@example.com'], code: 0, says: /^email: sam@example\.com$/m },
  groups: {
    words: ['show', String(ACME), '--groups'],
    code: 0,
    says: /^Default Group \(default\): \d+ members$/m,
  },
  claim: {
    words: ['claim', String(ACME), 'sam@example.com', 'move'],
    code: 3,
    says: /no open claim for sam@example\.com/,
  },
  'activation-mail': { words: ['activation-mail', String(ACME)], code: 3, says: /0 invitations to send/ },
  history: {
    words: ['history', String(ACME), 'sam@example.com'],
    code: 0,
    says: /^\S+Z setup, by "setup"$/m,
  },
  throttle: { words: ['throttle', String(ACME), '--hourly', '700'], code: 0, says: /hourly 700/ },
  hold: { words: ['hold', '2000002'], code: 0, says: /is now on hold/ },
  pause: {
    words: ['pause', '2000002', '--reason', 'a wrong export'],
    code: 0,
    says: /is now paused\. No files are waiting\./,
  },
  resume: { words: ['resume', '2000002'], code: 0, says: /is no longer paused/ },
  release: { words: ['release', String(ACME)], code: 3, says: /is not on hold/ },
  approve: { words: ['approve', String(ACME), 'x.csv'], code: 3, says: /x\.csv is not held\.$/m },
  discard: { words: ['discard', String(ACME), 'x.csv'], code: 3, says: /x\.csv is not held\.$/m },
  undo: { words: ['undo', String(ACME), 'x.csv'], code: 1, says: /has sent no file ".*x\.csv"/ },
  feeds: { words: ['feeds', String(ACME)], code: 0, says: /No files have come yet/ },
  sequence: { words: ['sequence', String(ACME)], code: 3, says: /has sent no files with sequence numbers/ },
  'rule-sequence': {
    words: ['sequence', String(ACME), 'HR', '--skip', '6', '--reason', 'it is lost'],
    code: 1,
    says: /has sent no files of source "HR"\./,
  },
  check: { words: ['check', `${ACME}_PRV_1.csv`], code: 0, says: /^1,2,0,sam@example\.com,Suspend$/m },
  export: { words: ['export', String(ACME), '--ldif'], code: 0, says: /^version: 1$/m },
  bans: { words: ['bans'], code: 3, says: /No bans/ },
  unban: { words: ['unban', 'nobody'], code: 3, says: /There is no ban on "nobody"/ },
  'account-remove': { words: ['account', 'remove', 'nobody'], code: 3, says: /There is no account "nobody"/ },
  audit: { words: ['audit', '--login', 'nobody'], code: 3, says: /Nothing found/ },
  events: { words: ['events', '--type', 'setup.*'], code: 0, says: /setup\.applied by "setup"/ },
  notices: { words: ['notices'], code: 3, says: /Nobody gets notices/ },
  'notices-list': { words: ['notices', 'failed'], code: 3, says: /No notices have failed/ },
  'notices-test': { words: ['notices', 'test', '7'], code: 1, says: /There is no receiver of notices 7/ },
  'notices-enable': { words: ['notices', 'enable', '7'], code: 1, says: /There is no receiver of notices 7/ },
  'notices-resend': { words: ['notices', 'resend', 'evt_7'], code: 3, says: /There is no notice 7/ },
  backup: { words: ['backup', 'saved.dir'], code: 0, says: /Saved \d+ tables and \d+ files to/ },
  'try-database': {
    words: ['config'],
    code: 1,
    says: /^spoolgate: database: cannot connect to 127\.0\.0\.1:1\/nowhere/m,
  },
  purge: { words: ['purge', '--dry-run'], code: 0, says: /Nothing to delete/ },
  reconcile: { words: ['reconcile'], code: 3, says: /Nothing to do/ },
  verify: { words: ['verify'], code: 0, says: /The accounts are consistent/ },
} satisfies Record<string, Expected>;

it('every action has its command here', () => {
  expect(Object.keys(COMMANDS).sort()).toEqual(ACTIONS.map(({ name }) => name).sort());
});

/** In this order, one at a time: what `throttle` changes is not what the file says, and each is a process of its own. */
it.each(Object.entries(COMMANDS))(
  'while a daemon runs, its database is its alone: %s has its answer from the daemon',
  (_action, command) => expectAnswer(command),
);

async function expectAnswer({ words, code, says }: Expected): Promise<void> {
  const given = words.map((word) => (/\.(yaml|csv|dir)$/.test(word) ? path.join(world.home, word) : word));
  const ended = await spoolgate(world.home, ...given);
  expect(ended.stdout + ended.stderr).toMatch(says);
  expect([words, ended.code]).toEqual([words, code]);
}
