/** A list that waits for a person, as those see it who upload it and those who decide: over real FTPS and SFTP. */
import { beforeEach, afterEach, expect, it } from 'vitest';
import SftpClient from 'ssh2-sftp-client';
import { poll, signIn, Courier } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures } from '../support/organisation.ts';

const PASSWORD = 'Decides-4-Acme';
const FILE = `${ACME}_google_SNAPSHOT_2.csv`;
const NEXT = `${ACME}_google_SNAPSHOT_3.csv`;

let world: TestDaemon;
let clients: AsyncDisposableStack;
beforeEach(async () => {
  clients = new AsyncDisposableStack();
  const rights = ['download', 'delete'] as const;
  world = await startTestDaemon({
    organisation: await fixtures({
      types: ['SNAPSHOT'],
      sources: { google: { snapshot: { keeps: 'contacts', scope: 'all' } } },
      accounts: [
        { login: 'script', password: PASSWORD, rights: [...rights, 'upload'] },
        { login: 'boss', password: PASSWORD, rights: [...rights, 'decide'] },
        { login: 'else', password: PASSWORD, rights: [...rights, 'decide'], sources: ['ad'] },
      ],
    }),
  });
  const script = await ftps('script');
  await script.send(`${ACME}_google_SNAPSHOT_1.csv`, list(1, 50));
  // Six of fifty are absent.
  await script.upload(FILE, list(7, 50));
  await held(FILE);
});
afterEach(async () => {
  await clients.disposeAsync();
  await world[Symbol.asyncDispose]();
});

function list(first: number, last: number): string {
  const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return `mail,displayName\n${numbers.map((one) => `p${one}@example.com,Person ${one}\n`).join('')}`;
}

async function ftps(login: string): Promise<Courier> {
  return clients.use(new Courier(await signIn(world.daemon.ftpsPort, login, PASSWORD), world.database));
}

async function sftp(login: string): Promise<SftpClient> {
  const client = new SftpClient();
  await client.connect({
    host: '127.0.0.1',
    port: world.daemon.sftpPort,
    username: login,
    password: PASSWORD,
  });
  clients.defer(async () => void (await client.end()));
  return client;
}

/** Each uploads one file as that login, and says what the client heard; '' where it was taken. */
const DOORS: Record<string, (login: string, name: string, content: string) => Promise<string>> = {
  ftps: async (login, name, content) => heard((await ftps(login)).upload(name, content)),
  sftp: async (login, name, content) => heard((await sftp(login)).put(Buffer.from(content), `/${name}`)),
};
const doors = Object.keys(DOORS);

async function heard(upload: Promise<unknown>): Promise<string> {
  return upload.then(
    () => '',
    (error: unknown) => String(error),
  );
}

async function upload(door: string, login: string, name: string, content: string): Promise<string> {
  const through = DOORS[door];
  if (!through) throw new Error(`there is no door ${door}`);
  return through(login, name, content);
}

async function stateOf(name: string): Promise<string | undefined> {
  const { rows } = await world.database.query<{ state: string }>(
    'select state from change_file where name = $1 order by id desc limit 1',
    [name],
  );
  return rows[0]?.state;
}

async function held(name: string): Promise<void> {
  await poll(`${name} to be held`, 10, async () => ((await stateOf(name)) === 'held' ? true : null));
}

async function decisions(): Promise<{ type: string; who: string | null }[]> {
  const { rows } = await world.database.query<{ type: string; who: string | null }>(
    `select type, who from event where type in ('file.approved', 'file.discarded') order by id`,
  );
  return rows;
}

it.each(doors)('a login with the right approves a list over %s by the number of people', async (door) => {
  expect(await upload(door, 'boss', `${FILE}.approve`, '6\n')).toBe('');
  const filed = await (await ftps('script')).outcome(FILE);
  expect(filed.folder).toBe('_processed');
  expect(filed.lines).toContain('Absent from the snapshot: p1@example.com: removed.');
  expect(await decisions()).toEqual([{ type: 'file.approved', who: 'boss' }]);
  expect(await (await ftps('boss')).names('/')).not.toContain(`${FILE}.approve`);
});

it.each(doors)('a login with the right discards a list over %s by an empty file', async (door) => {
  expect(await upload(door, 'boss', `${FILE}.discard`, '')).toBe('');
  const filed = await (await ftps('script')).outcome(FILE);
  expect(filed.folder).toBe('_error');
  expect(filed.lines).toContain('Result code: 2202 SNAPSHOT_NOT_CONFIRMED');
  expect(await decisions()).toEqual([{ type: 'file.discarded', who: 'boss' }]);
});

it.each(doors.flatMap((door) => ['approve', 'discard'].map((verdict) => [door, verdict] as const)))(
  'a login without the right is told so over %s, and nothing is decided by its FILE.%s',
  async (door, verdict) => {
    const answer = `${FILE}.${verdict}`;
    const content = verdict === 'approve' ? '6\n' : '';
    expect(await upload(door, 'script', answer, content)).toMatch(
      /Permission denied: this account has no decide right/,
    );
    expect(await upload(door, 'else', answer, content)).toMatch(
      /Permission denied: this account uploads files of ad only/,
    );
    expect(await upload(door, 'boss', NEXT, list(1, 50))).toMatch(
      /Permission denied: this account has no upload right/,
    );
    expect([await stateOf(FILE), await decisions()]).toEqual(['held', []]);
  },
);

it('an approval by a name that a client only renames needs the right as well', async () => {
  const script = await ftps('script');
  await script.upload('answer.part', '6\n');
  await expect(script.client.rename('/answer.part', `/${FILE}.approve`)).rejects.toThrow(
    /this account has no decide right/,
  );
  expect(await stateOf(FILE)).toBe('held');
});

it('the status says the number, and too small a one holds the list again, with the reason', async () => {
  const boss = await ftps('boss');
  const status = () =>
    poll('the status to speak of the list', 20, async () => {
      const text = await boss.textIfThere('/_status.txt');
      return text?.includes('held: ') ? text : null;
    });
  expect(await status()).toContain(`upload ${FILE}.approve with the number 6 in its first line`);
  await boss.upload(`${FILE}.approve`, '5\n');
  await poll('the list to be held again', 10, async () => {
    const { rows } = await world.database.query(
      `select 1 from event where type = 'file.held' and data->>'reason' = 'more-than-approved'`,
    );
    return rows.length > 0 ? true : null;
  });
  await held(FILE);
  await poll('the status to say why', 20, async () =>
    (await boss.textIfThere('/_status.txt'))?.includes('more than the 5 that were approved') ? true : null,
  );
});

it.each([
  ['no number', `${FILE}.approve`, 'six\n', FILE],
  ['an approval of nothing', `${NEXT}.approve`, '6\n', NEXT],
  ['a rejection of nothing', `${NEXT}.discard`, '', NEXT],
])(
  '%s is an error that names what was meant, and where it is seen what is held',
  async (_, name, content, about) => {
    const filed = await (await ftps('boss')).send(name, content);
    expect(filed.folder).toBe('_error');
    const text = filed.lines.join('\n');
    expect(text).toContain(`${about} is not held`);
    expect(text).toContain('See _status.txt for what is held.');
    expect(text).toContain('Result code: 1 ');
    expect(await stateOf(FILE)).toBe('held');
  },
);

it('what is decided already cannot be decided again', async () => {
  const boss = await ftps('boss');
  await boss.upload(`${FILE}.discard`, '');
  await boss.outcome(FILE);
  const late = await boss.send(`${FILE}.approve`, '6\n');
  expect([late.folder, late.lines.join('\n')]).toEqual([
    '_error',
    expect.stringContaining(`${FILE} is not held`),
  ]);
  expect(await decisions()).toHaveLength(1);
});

it('who deletes a held list has rejected it: it ends as withdrawn, and its number is free', async () => {
  const script = await ftps('script');
  await script.client.remove(`/${FILE}`);
  await poll('the list to be withdrawn', 20, async () =>
    (await stateOf(FILE)) === 'withdrawn' ? true : null,
  );
  const again = await script.send(FILE, list(1, 50));
  expect(again.folder).toBe('_processed');
  expect(again.lines.join('\n')).not.toContain('2202');
});
