import { chmod, mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listenToFailpoints } from '../../src/failpoints.ts';
import { poll, type Courier } from '../support/courier.ts';
import { passwordOf, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { SftpSpeaker } from '../support/sftp-speaker.ts';
import { FIXTURES } from '../support/organisation.ts';
import { asRoot, isRoot, ordinaryUser } from '../support/ordinary-user.ts';

const HEADER = 'emailAddress,action,givenName,familyName\n';
const OPEN = 0o750;
const MODES = [
  ['not writable', 0o500],
  ['closed', 0],
] as const;
/** More than the daemon gives a file that fails by a fault of its own. */
const TRIES = 5;
const { WRITE, CREAT, TRUNC } = ssh2.utils.sftp.OPEN_MODE;

let user: Disposable;
let one: TestDaemon;
let acme: Courier;
let other: Courier;
let files = 0;

/** In a home that only root may enter, the ordinary user cannot even read the program. */
let reachable = true;

beforeEach(({ skip }) => skip(!reachable, 'the ordinary user cannot enter the folder of the program'));

beforeAll(async () => {
  user = ordinaryUser();
  // Not `access`: that asks for the user this process began as.
  reachable = await readFile(FIXTURES).then(
    () => true,
    () => false,
  );
  if (!reachable) return;
  one = await startTestDaemon();
  acme = await one.courier();
  other = await one.courier('other');
});
afterAll(async () => {
  if (reachable) await one[Symbol.asyncDispose]();
  user[Symbol.dispose]();
});
afterEach(() => listenToFailpoints(null));

/** Of one entry that is added, or fails. */
function nextFile(outcome: 'added' | 'failed' = 'added') {
  files += 1;
  const action = outcome === 'added' ? 'Add,Ann,One' : 'Suspend';
  return {
    name: `1000001_PRV_${files}.csv`,
    person: `p${files}@example.com`,
    content: `${HEADER}p${files}@example.com,${action}\n`,
  };
}

const at = (...parts: string[]) => path.join(one.folder('acme'), ...parts);
const logged = (message: string) => one.log.filter((line) => line.includes(`"message":"${message}"`)).length;

/** Takes the customer's folder or a part of it away. @returns gives it back */
async function lock(part: string, mode: number) {
  await chmod(at(part), mode);
  const unlock = () => chmod(at(part), OPEN);
  return { unlock, [Symbol.asyncDispose]: unlock };
}

/** Lets the daemon try again, so many times, whatever it has put off. */
async function tryAgain(times: number): Promise<void> {
  for (let tries = 0; tries < times; tries += 1) {
    const failed = logged('processing failed');
    hurry();
    await poll('another try', 5, async () => (logged('processing failed') > failed ? true : null));
    await one.daemon.dispatcher.idle();
  }
}

async function resultsOf(name: string): Promise<unknown[]> {
  const { rows } = await one.database.query(
    `select f.state, f.folder, f.filed_as, r.code from change_file f join entry_result r on r.change_file_id = f.id
      where f.name = $1`,
    [name],
  );
  return rows;
}

/** What was put off is due now. */
function hurry(): void {
  one.clock.advance(61_000);
  one.daemon.dispatcher.look();
}

/** Filed once under its own name, with trace and one report that finds no fault with this server. */
async function expectDoneOnce(name: string, folder: '_processed' | '_error', code: number): Promise<void> {
  hurry();
  const outcome = await acme.outcome(name);
  expect(outcome).toMatchObject({ folder, name, codes: [code] });
  expect(outcome.lines.join('\n')).not.toMatch(/WARNING|server error/u);
  expect(await resultsOf(name)).toEqual([{ state: 'filed', folder, filed_as: name, code }]);
  expect(await readdir(at('.taken'))).toEqual([]);
  const reports = await Promise.all(
    (await readdir(at('_report'))).map((report) => readFile(at('_report', report), 'utf8')),
  );
  expect(reports.filter((text) => text.includes(`/${name}\n`))).toHaveLength(1);
}

async function expectOthersGoOn(): Promise<void> {
  files += 1;
  const { folder } = await other.send(
    `2000002_PRV_${files}.csv`,
    `${HEADER}o${files}@other.example,Add,Ann,One\n`,
  );
  expect(folder).toBe('_processed');
}

const TEXT = 'The server cannot access its own files. The error has been logged, try again later';

describe.each(['', '.staging'])('the folder "%s" of a customer, taken away', (part) => {
  it.each(MODES)(
    '(%s) is said at both doors, nothing stays, and uploads are stored once it is back',
    async (_words, mode) => {
      const { name, content } = nextFile();
      await using sftp = await SftpSpeaker.connect(one.daemon.sftpPort, {
        username: 'acme',
        password: passwordOf('acme'),
      });
      const put = async () => {
        const handle = await sftp.open(name, WRITE | CREAT | TRUNC);
        await sftp.write(handle, 0, content);
        await sftp.close(handle);
      };
      {
        await using _ = await lock(part, mode);
        const faults = logged('internal error in a session');
        await expect(acme.upload(name, content)).rejects.toThrow(`451 ${TEXT}`);
        expect(await sftp.failure(put())).toMatchObject({ message: expect.stringContaining(TEXT) as string });
        expect(logged('internal error in a session')).toBeGreaterThanOrEqual(faults + 2);
        await expectOthersGoOn();
      }
      expect((await readdir(at(''))).filter((found) => found.endsWith('.csv'))).toEqual([]);
      expect(await readdir(at('.staging'))).toEqual([]);
      await acme.upload(name, content);
      await expectDoneOnce(name, '_processed', 0);
    },
  );
});

describe.each(['.taken', '_processed', '_error', '_report'] as const)('%s, taken away', (part) => {
  it.each(MODES)('(%s) lets files wait, which go on by themselves once it is back', async (_words, mode) => {
    const { name, content } = nextFile(part === '_error' ? 'failed' : 'added');
    {
      await using _ = await lock(part, mode);
      await acme.upload(name, content);
      await tryAgain(TRIES);
      await expectOthersGoOn();
    }
    await expectDoneOnce(name, part === '_error' ? '_error' : '_processed', part === '_error' ? 1011 : 0);
  });
});

it('a file that was applied before its place was taken away is not thought lost', async () => {
  const { name, content } = nextFile();
  const locked = Promise.withResolvers<Awaited<ReturnType<typeof lock>>>();
  listenToFailpoints((passed) => {
    if (passed === 'committed') lock('.taken', 0).then(locked.resolve, locked.reject);
  });
  await acme.upload(name, content);
  {
    await using _ = await locked.promise;
    listenToFailpoints(null);
    await tryAgain(TRIES);
  }
  await expectDoneOnce(name, '_processed', 0);
});

/** As an operator copies a file into the folder, long enough ago to be whole. */
async function putByHand(name: string, content: string, mode: number): Promise<void> {
  await writeFile(at(name), content);
  await chmod(at(name), mode);
  await utimes(at(name), 1_000_000_000, 1_000_000_000);
}

/** Set aside with a word in the report, and neither changed nor lost; what comes after it is done. */
async function expectSetAside(name: string, content: string): Promise<void> {
  const next = nextFile();
  await acme.upload(next.name, next.content);
  await tryAgain(2);
  await expectOthersGoOn();
  hurry();
  const outcome = await acme.outcome(name);
  expect(outcome).toMatchObject({ folder: '_error', name, trace: null });
  expect(outcome.lines.join('\n')).toContain('because of a server error');
  await asRoot(async () => {
    await chmod(at('_error', name), 0o400);
    expect(await readFile(at('_error', name), 'utf8')).toBe(content);
  });
  expect(await acme.outcome(next.name)).toMatchObject({ folder: '_processed', codes: [0] });
}

describe('a file put in by hand', () => {
  it('that may not be read is set aside, and stops nobody', async () => {
    const { name, content } = nextFile();
    await putByHand(name, content, 0);
    await one.daemon.dispatcher.sweep();
    await expectSetAside(name, content);
  });

  it.runIf(isRoot)('by somebody else is processed like any other', async () => {
    const { name, content } = nextFile();
    await asRoot(() => putByHand(name, content, 0o644));
    await one.daemon.dispatcher.sweep();
    await expectDoneOnce(name, '_processed', 0);
    expect(await readFile(at('_processed', name), 'utf8')).toBe(content);
  });

  it.runIf(isRoot)('by somebody else who lets nobody read it is set aside, and stops nobody', async () => {
    const { name, content } = nextFile();
    await asRoot(() => putByHand(name, content, 0o600));
    await one.daemon.dispatcher.sweep();
    await expectSetAside(name, content);
  });
});

describe('the folder of one customer that may not be used', () => {
  it('hides no file from the others, and is said', async () => {
    files += 1;
    const name = `2000002_PRV_${files}.csv`;
    const failed = logged('customer folder failed');
    await using _ = await lock('', 0);
    await writeFile(path.join(one.folder('other'), name), `${HEADER}o${files}@other.example,Add,Ann,One\n`);
    await utimes(path.join(one.folder('other'), name), 1_000_000_000, 1_000_000_000);
    await one.daemon.dispatcher.sweep();
    expect(await other.outcome(name)).toMatchObject({ folder: '_processed' });
    expect(logged('customer folder failed')).toBeGreaterThan(failed);
  });

  it('does not keep the daemon from starting', async () => {
    let closed = '';
    await using second = await startTestDaemon({
      before: async (home) => {
        closed = path.join(home, 'spool', 'acme');
        await mkdir(closed, { recursive: true });
        await chmod(closed, 0);
      },
    });
    try {
      await using courier = await second.courier('other');
      const sent = await courier.send('2000002_PRV_1.csv', `${HEADER}o1@other.example,Add,Ann,One\n`);
      expect(sent.folder).toBe('_processed');
      expect(second.log.join('\n')).toContain('"message":"customer folder failed"');
    } finally {
      await chmod(closed, OPEN);
    }
  });
});
