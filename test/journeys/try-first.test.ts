import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanDocument } from '../../src/report/plan.ts';
import { checksum } from '../support/checksum.ts';
import { codesOf, poll, type Courier } from '../support/courier.ts';
import { passwordOf, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures, OTHER, person } from '../support/organisation.ts';
import { SftpSpeaker } from '../support/sftp-speaker.ts';

type Plan = PlanDocument & { customer: number; bytes: number; sha256: string | null };

const ADD = 'emailAddress,action,subscriptionId,givenName,familyName,password\n';

let one: TestDaemon;
let courier: Courier;
let number = 100;

beforeAll(async () => {
  const organisation = await fixtures({
    types: ['PRV', 'DI', 'USERS', 'TECHNICIANS', 'SNAPSHOT'],
    sources: { google: { snapshot: { keeps: 'contacts', scope: 'all' } } },
    technicianGroups: [{ id: 1001, name: 'Service desk' }],
    subscribers: [person('ann.lee', [85_180]), person('bob.lee')],
  });
  one = await startTestDaemon({ organisation });
  courier = await one.courier();
});
afterAll(() => one[Symbol.asyncDispose]());

async function put(name: string, text: string | Buffer): Promise<void> {
  await courier.client.uploadFrom(Readable.from([Buffer.from(text)]), `/_validate/${name}`);
}

async function planOf(name: string, of = courier): Promise<Plan> {
  const file = `/_validate/${path.parse(name).name}.plan.json`;
  const text = await poll(`the plan of ${name}`, 20, () => of.textIfThere(file));
  return JSON.parse(text) as Plan;
}

async function tried(name: string, text: string | Buffer): Promise<Plan> {
  await put(name, text);
  return planOf(name);
}

const nextName = (type = 'PRV', extension = 'csv') => `${ACME}_${type}_${(number += 1)}.${extension}`;

/** What stands in the lists, as `kind effect name`. */
function told({ people, contacts }: Plan): string[] {
  return Object.entries({ people, contacts }).flatMap(([kind, lists]) =>
    Object.entries(lists).flatMap(([effect, { listed }]) =>
      listed.map(({ name }) => `${kind} ${effect} ${name}`),
    ),
  );
}

/** What no trial may change; the events of the doors are none of it. */
async function untouched(): Promise<Record<string, string>> {
  const sums = await checksum(one.database);
  for (const name of Object.keys(sums)) if (/^event|job_run|^turn_queue/.test(name)) delete sums[name];
  return sums;
}

describe('a file in _validate', () => {
  it.each([
    [
      'PRV',
      'csv',
      `${ADD}new.one@example.com,Add,85180,New,One,\nann.lee@example.com,Suspend,,,,\nbob.lee@example.com,Remove,,,,\nnobody@example.com,Suspend,,,,\n`,
      [
        'people added new.one@example.com',
        'people suspended ann.lee@example.com',
        'people removed bob.lee@example.com',
      ],
      'applied_with_errors',
    ],
    [
      'USERS',
      'csv',
      'Email Address,First Name,Last Name,Time Zone,Account Admin,Can Sign,User Status,Groups\nnew.two@example.com,New,Two,CET,FALSE,TRUE,ACTIVE,\nbob.lee@example.com,Robert,,,,,,\n',
      ['people added new.two@example.com', 'people changed bob.lee@example.com'],
      'applied',
    ],
    [
      'DI',
      'ldif',
      'dn: cn=Mira,o=Acme\nchangetype: add\nobjectClass: person\ncn: Mira\nsn: Berg\nmail: mira@example.com\n',
      null,
      null,
    ],
    [
      'google_SNAPSHOT',
      'csv',
      'mail,displayName\np1@example.com,Person 1\np2@example.com,Person 2\n',
      null,
      'applied',
    ],
  ] as const)(
    'of type %s is answered with its plan, and nothing is applied',
    async (type, extension, text, names, outcome) => {
      const before = await untouched();
      const name = nextName(type, extension);
      const plan = await tried(name, text);
      expect(plan).toMatchObject({ file: name, customer: ACME, bytes: Buffer.byteLength(text), held: null });
      if (outcome !== null) expect(plan.wouldBe).toBe(outcome);
      if (names !== null) expect(told(plan)).toEqual(names);
      else expect(told(plan).length + plan.refusedEntries.length).toBeGreaterThan(0);
      expect(await untouched()).toEqual(before);
      const beside = await courier.names('/_validate');
      const stem = path.parse(name).name;
      for (const ending of ['.plan.txt', '.plan.json', '_report.txt', `_trace.${extension}`, `.${extension}`])
        expect(beside).toContain(`${stem}${ending}`);
      expect(await courier.text(`/_validate/${stem}_report.txt`)).toContain(`/${name}\n`);
      expect(codesOf(await courier.text(`/_validate/${stem}_trace.${extension}`))).toHaveLength(
        plan.counts?.entries ?? -1,
      );
      expect(await courier.text(`/_validate/${stem}.plan.txt`)).toContain('nothing was changed');
    },
  );

  it('says the number that the real upload needs, and comes to the same then', async () => {
    const used = await courier.send(nextName(), `${ADD}ann.lee@example.com,Resume,,,,\n`);
    const text = `${ADD}real.one@example.com,Add,85180,Real,One,\nnobody@example.com,Suspend,,,,\n`;
    const plan = await tried(used.name, text);
    expect(plan.uploadAs).toBe(nextName());
    expect(plan).toMatchObject({ wouldBe: 'applied_with_errors', refusal: null });
    expect(plan.seats).toMatchObject([{ subscription: 85_180, of: expect.any(Number) }]);
    const [{ before, after } = { before: 0, after: 0 }] = plan.seats;
    expect(after - before).toBe(1);
    const trace = await courier.text(`/_validate/${path.parse(used.name).name}_trace.csv`);
    const done = await courier.send(plan.uploadAs ?? '', text);
    expect(trace).toBe(done.trace);
    expect(plan.refusedEntries.map(({ code, entries }) => [code, entries])).toEqual([[1011, [2]]]);
  });

  it('is planned again where it is replaced, and the old answer is gone before the new file is there', async () => {
    const name = nextName();
    expect(told(await tried(name, `${ADD}first@example.com,Add,,F,One,\n`))).toEqual([
      'people added first@example.com',
    ]);
    await put(name, `${ADD}second@example.com,Add,,S,Two,\n`);
    expect(told(await planOf(name))).toEqual(['people added second@example.com']);
    const texts = Array.from({ length: 8 }, (_, at) => `${ADD}again.${at}@example.com,Add,,A,${at},\n`);
    for (const text of texts) await put(name, text);
    await one.daemon.trials.idle();
    expect(told(await planOf(name))).toEqual(['people added again.7@example.com']);
  });

  it('may be uploaded under a temporary name and renamed', async () => {
    const name = nextName();
    await put(`.${name}.part`, `${ADD}renamed@example.com,Add,,R,One,\n`);
    await one.daemon.trials.sweep();
    await one.daemon.trials.idle();
    expect(await courier.names('/_validate')).not.toContain(`${path.parse(name).name}.plan.json`);
    await courier.client.rename(`/_validate/.${name}.part`, `/_validate/${name}`);
    expect(told(await planOf(name))).toEqual(['people added renamed@example.com']);
  });

  it('and its answers can be deleted, and are not made again', async () => {
    const name = nextName();
    await tried(name, `${ADD}gone@example.com,Add,,G,One,\n`);
    const stem = path.parse(name).name;
    await one.daemon.trials.idle();
    for (const ending of ['.plan.json', '.plan.txt', '_report.txt', '_trace.csv'])
      await courier.client.remove(`/_validate/${stem}${ending}`);
    await one.daemon.trials.sweep();
    await one.daemon.trials.idle();
    expect((await courier.names('/_validate')).filter((found) => found.startsWith(stem))).toEqual([name]);
    await courier.client.remove(`/_validate/${name}`);
  });

  it.each([
    ['draft.csv', 1],
    [`${ACME}_NOSUCH_7.csv`, 1],
    [`${OTHER}_PRV_7.csv`, 3],
    [`${ACME}_PRV_7.csv.approve`, 1],
    ["it's %n $(id) <b>.csv", 1],
    ['a\u202Egnp.csv', 1],
  ])('named %j gets an answer that says so', async (name, code) => {
    const plan = await tried(name, `${ADD}x@example.com,Add,,X,One,\n`);
    expect(plan).toMatchObject({ file: name, wouldBe: 'refused', refusal: { code } });
    const text = await courier.text(`/_validate/${path.parse(name).name}.plan.txt`);
    expect(text).not.toContain('\u202E');
    expect(await courier.names('/_validate')).not.toContain(`${path.parse(name).name}_trace.csv`);
  });

  it.each(['x.plan.json', 'x.plan.txt', 'x_report.txt', 'x_trace.csv'])(
    'cannot have the name of an answer: %s',
    async (name) => {
      await expect(put(name, 'x')).rejects.toThrow(/names of this form are those of answers/);
    },
  );

  it('shows no password: neither the plan nor, where they are masked, the trace', async () => {
    const name = nextName();
    await tried(name, `${ADD}secret@example.com,Add,,S,One,Hush-hush-1\n`);
    const stem = path.parse(name).name;
    for (const ending of ['.plan.json', '.plan.txt', '_report.txt'])
      expect(await courier.text(`/_validate/${stem}${ending}`)).not.toContain('Hush-hush-1');
  });

  it('tells of another customer no more than the documented code', async () => {
    const other = await one.courier('other');
    const filed = await other.send(`${OTHER}_PRV_1.csv`, `${ADD}shared@example.com,Add,,Hidden,Person,\n`);
    expect(filed.codes).toEqual([0]);
    const name = nextName();
    const plan = await tried(name, `${ADD}shared@example.com,Add,,Mine,One,\n`);
    expect(plan.refusedEntries).toMatchObject([{ code: 1035, count: 1 }]);
    const stem = path.parse(name).name;
    for (const ending of ['.plan.json', '.plan.txt', '_report.txt', '_trace.csv'])
      expect(await courier.text(`/_validate/${stem}${ending}`)).not.toMatch(
        /Hidden|Person|2000002|another customer|organi[sz]ation/i,
      );
    expect(await other.names('/_validate')).toEqual([]);
  });

  it('is answered while files of the customer wait for their cap', async () => {
    await one.database.query('update customer set hourly_cap = 1 where id = $1', [ACME]);
    const waiting = nextName();
    await courier.upload(waiting, `${ADD}w1@example.com,Add,,W,One,\nw2@example.com,Add,,W,Two,\n`);
    await poll('the wait', 20, async () => {
      const { rowCount } = await one.database.query(`select 1 from change_file where state = 'deferred'`);
      return rowCount ? true : null;
    });
    const plan = await tried(nextName(), `${ADD}t1@example.com,Add,,T,One,\nt2@example.com,Add,,T,Two,\n`);
    expect(told(plan)).toEqual(['people added t1@example.com', 'people added t2@example.com']);
    await courier.client.remove(`/${waiting}`);
    await one.database.query('update customer set hourly_cap = null where id = $1', [ACME]);
  });

  it('that another program puts there is found and tried once it is quiet', async () => {
    const name = nextName();
    await writeFile(path.join(one.folder('acme'), '_validate', name), `${ADD}put@example.com,Add,,P,One,\n`);
    one.clock.advance(10_000);
    await one.daemon.trials.sweep();
    expect(told(await planOf(name))).toEqual(['people added put@example.com']);
  });

  it('is told in the audit, with who has tried it', async () => {
    const name = nextName();
    await tried(name, `${ADD}audit@example.com,Add,,A,One,\n`);
    const row = await poll('the event', 20, async () => {
      const { rows } = await one.database.query<{ who: string; data: object }>(
        `select who, data from event where type = 'file.tried' and subject = $1`,
        [name],
      );
      return rows[0] ?? null;
    });
    expect(row).toMatchObject({ who: 'acme', data: { wouldBe: 'applied' } });
  });

  it('is gone after a day, with its answers', async () => {
    const folder = path.join(one.folder('acme'), '_validate');
    const name = nextName();
    await tried(name, `${ADD}old@example.com,Add,,O,One,\n`);
    await one.daemon.trials.idle();
    one.clock.advance(23 * 3_600_000);
    await one.daemon.jobs.run('housekeeping');
    expect(await readdir(folder)).toContain(name);
    one.clock.advance(2 * 3_600_000);
    await one.daemon.jobs.run('housekeeping');
    expect(await readdir(folder)).toEqual([]);
    expect(await readFile(path.join(one.folder('acme'), '_status.txt'), 'utf8')).not.toContain(name);
  });
});

describe('over SFTP', () => {
  it('a file is tried, under its name at once or by a renaming, and the answer says the same', async () => {
    const client = await SftpSpeaker.connect(one.daemon.sftpPort, {
      username: 'acme',
      password: passwordOf('acme'),
    });
    await using _ = client;
    const { WRITE, CREAT, TRUNC } = ssh2.utils.sftp.OPEN_MODE;
    const store = async (name: string, text: string) => {
      const handle = await client.open(name, WRITE | CREAT | TRUNC);
      await client.write(handle, 0, text);
      await client.close(handle);
    };
    const [direct, renamed] = [nextName(), nextName()];
    const text = `${ADD}sftp@example.com,Add,,S,One,\n`;
    await store(`/_validate/${direct}`, text);
    await store(`/_validate/${renamed}.filepart`, text);
    await client.rename(`/_validate/${renamed}.filepart`, `/_validate/${renamed}`);
    for (const name of [direct, renamed])
      expect(told(await planOf(name))).toEqual(['people added sftp@example.com']);
    expect(await client.names('/_validate')).toContain(`${path.parse(renamed).name}_trace.csv`);
    await client.remove(`/_validate/${path.parse(direct).name}.plan.txt`);
    expect(await client.names('/_validate')).not.toContain(`${path.parse(direct).name}.plan.txt`);
  });
});

it('an infected file goes out of sight, and the answer says why', async () => {
  const clamd = createServer((socket) => {
    socket.on('data', (chunk) => {
      // Length 0 ends a stream.
      if (chunk.subarray(-4).equals(Buffer.alloc(4))) socket.end('stream: Test-Mark FOUND\0');
    });
  }).listen(0, '127.0.0.1');
  await once(clamd, 'listening');
  const { port } = clamd.address() as AddressInfo;
  await using two = await startTestDaemon({ configuration: { antivirus: { clamd: `127.0.0.1:${port}` } } });
  const sender = await two.courier();
  await sender.client.uploadFrom(Readable.from([Buffer.from(`${ADD}bad\n`)]), `/_validate/${ACME}_PRV_1.csv`);
  const plan = await planOf(`${ACME}_PRV_1.csv`, sender);
  expect(plan).toMatchObject({
    wouldBe: 'refused',
    refusal: { code: null, message: expect.stringMatching(/Test-Mark/) },
  });
  expect(await sender.names('/_validate')).toEqual(
    ['.plan.json', '.plan.txt', '_report.txt'].map((ending) => `${ACME}_PRV_1${ending}`),
  );
  const kept = path.join(two.home, 'data', 'quarantine', String(ACME));
  expect(await readdir(kept)).toHaveLength(1);
  clamd.close();
});
