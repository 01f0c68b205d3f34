import { isPublicKeyName, isReceiptName } from '../../src/change-file/receipt-names.ts';
import { checkFiles } from '../../src/receipts/check-files.ts';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { allEntries } from '../../src/accounts/directory/entry-store.ts';
import { compareFolder } from '../../src/spool/compare.ts';
import { valuesOf } from '../kinds/directory/directory.ts';
import { codesOf, linesAbout } from '../support/courier.ts';
import { brokenInvariants } from '../model/invariants.ts';
import { expectFailuresTold, expectJournalOfAll } from '../model/journal.ts';
import { differingPortraits, modelPortraits, storedPortraits } from '../model/stored.ts';
import { modelExtras, storedExtras, storedGroups } from '../model/stored-users.ts';
import { CREW } from './crew.ts';
import { AGENTS, CAPPED, type Agent, type Upload } from './uploads.ts';
import type { World } from './world.ts';
import { companionNames, retryName, traceName } from '../../src/change-file/companions.ts';

/** Everything is as the models say, and nothing else is there. All files that were made are uploaded and filed. */
export async function expectAsModel(world: World): Promise<void> {
  const uploads = await uploadsOf(world);
  await expectResults(world, uploads);
  await expectAccounts(world);
  await expectJournals(world, uploads);
  await expectOrderAndCaps(world, uploads);
  const logins = [...new Set(AGENTS.map((agent) => agent.login))];
  for (const login of logins) await expectFolder(world, login, uploads);
  const others = await world.database.query<{ folder: string }>(
    'select folder from customer where id <> all($1)',
    [MODELLED],
  );
  expect((await readdir(world.spool)).filter((name) => name !== '.spool-id').toSorted()).toEqual(
    [...logins, ...others.rows.map(({ folder }) => folder)].toSorted(),
  );
}

/** Whoever reads the journals knows every entry that was refused, once, and who is there, suspended and in which groups. */
async function expectJournals({ database, scenario }: World, uploads: Uploads): Promise<void> {
  for (const [{ customer, type }, files] of uploads)
    for (const { name, codes } of files)
      // Changes of contacts have no action: of theirs not every failure is told.
      if (codes && type !== 'DI') await expectFailuresTold(database, customer, { name, codes });
  for (const customer of MODELLED) {
    const model = scenario.model(customer);
    const extras = customer === CREW ? scenario.users().extras : new Map();
    await expectJournalOfAll(database, { model, extras, technicians: new Map() }, `of ${customer}`, customer);
  }
}

/** Other customers of a world are not theirs to judge. */
const MODELLED = [...new Set(AGENTS.map(({ customer }) => customer))];

type Uploads = Map<Agent, Upload[]>;

async function uploadsOf({ scenario, uploaded }: World): Promise<Uploads> {
  const all: Uploads = new Map();
  for (const agent of AGENTS) {
    const count = uploaded.get(agent) ?? 0;
    expect(scenario.made(agent), `files of ${agent.login} ${agent.type}`).toBe(count);
    all.set(
      agent,
      await Promise.all(Array.from({ length: count }, (_, at) => scenario.upload(agent, at + 1))),
    );
  }
  return all;
}

/** Each file stands in the ledger once, each of its entries has one result, and that is the model's. */
async function expectResults({ database }: World, uploads: Uploads): Promise<void> {
  const { rows } = await database.query(
    `select name, state, decision, folder, filed_as, entries, written, read_errors + write_errors as failures, coalesce(
              (select json_agg(code order by entry) from entry_result r where r.change_file_id = f.id), '[]') as codes
       from change_file f where customer_id = any($1) order by name collate "C"`,
    [MODELLED],
  );
  const expected = [...uploads.values()].flat().map((upload) => ({
    name: upload.name,
    state: 'filed',
    decision: upload.codes ? 'applied' : 'refused',
    folder: targetOf(upload),
    filed_as: upload.name,
    entries: upload.codes?.length ?? 0,
    written: upload.codes?.filter((code) => code === 0).length ?? 0,
    failures: upload.codes?.filter(isFailure).length ?? 0,
    codes: upload.codes ?? [],
  }));
  // Only what differs: among thousands of files the difference would not be shown.
  const told = (files: unknown[]) => new Set(files.map((file) => JSON.stringify(file)));
  const [stored, wanted] = [told(rows), told(expected)];
  expect([...stored].filter((file) => !wanted.has(file))).toEqual(
    [...wanted].filter((file) => !stored.has(file)),
  );
  expect(rows).toHaveLength(expected.length);
}

function targetOf({ codes }: Upload): '_processed' | '_error' {
  return codes?.some(isFailure) === false ? '_processed' : '_error';
}

/** Skipped is no failure. */
function isFailure(code: number): boolean {
  return code !== 0 && !(code >= 2900 && code < WARNINGS);
}

/** Of entries that are done: no model has them. */
const WARNINGS = 2910;

/** No effect without a result, and none without its effect: accounts, seats and directory are what the results make. */
async function expectAccounts({ database, scenario }: World): Promise<void> {
  for (const { customer } of AGENTS) {
    const stored = await storedPortraits(database, customer);
    expect(differingPortraits(stored, modelPortraits(scenario.model(customer)))).toEqual([]);
  }
  expect(await storedExtras(database, CREW)).toEqual(modelExtras(scenario.users()));
  expect(await storedGroups(database, CREW)).toEqual(scenario.users().groups);
  expect(await brokenInvariants(database)).toEqual([]);
  for (const { customer } of AGENTS.filter(({ type }) => type === 'DI')) {
    const entries = await Array.fromAsync(allEntries(database, customer));
    const shown = Object.fromEntries(entries.map(({ dn, attributes }) => [dn, valuesOf(attributes)]));
    expect(shown).toEqual(scenario.directory());
  }
  const twice = await database.query(
    `select change_file_id, entry, topic from outbox where change_file_id is not null group by 1, 2, 3, subscriber_id
     having count(*) > 1`,
  );
  expect(twice.rows, 'what follows from an entry follows once').toEqual([]);
  const baseless = await database.query(
    `select o.id from outbox o left join entry_result r on r.change_file_id = o.change_file_id and r.entry = o.entry
      where o.change_file_id is not null and r.code is distinct from 0`,
  );
  expect(baseless.rows, 'what follows, follows from an entry that was carried out').toEqual([]);
}

/** Whatever was only begun: the ledger knows all that lies in the folders. */
export async function expectNoDifference({ database, spool }: World): Promise<void> {
  const logins = new Map(AGENTS.map(({ login, customer }) => [login, customer]));
  for (const [login, customer] of logins) {
    const place = { customer, folder: path.join(spool, login) };
    expect(await compareFolder(database, place), `what ${login}'s ledger does not know`).toEqual([]);
  }
}

async function expectOrderAndCaps(world: World, uploads: Uploads): Promise<void> {
  const { database } = world;
  const order = await database.query(
    `select one.name from change_file one join change_file later
         on later.customer_id = one.customer_id and later.type = one.type and later.source = one.source
      where later.sequence > one.sequence and later.started_at < one.finished_at`,
  );
  expect(order.rows, 'files of a source in order').toEqual([]);
  const open = await database.query(
    `select 1 from batch where closed_at is null
      union all select 1 from turn_queue where phase not in ('idle', 'settling')`,
  );
  expect(open.rowCount, 'nothing is left to do').toBe(0);
  const unknown = await database.query('select folder, name from spool_difference');
  expect(unknown.rows, 'no false alarm about spool and ledger').toEqual([]);
  const { rows: numbers } = await database.query(
    'select customer_id as customer, type, last from sequence_counter where last > 0 and customer_id = any($1) order by 1, 2',
    [MODELLED],
  );
  expect(numbers, 'last numbers').toEqual(numbersOf(uploads));
  await expectCapsKept(world);
  for (const [period, types] of [
    ['hour', ['PRV']],
    ['day', ['PRV', 'DI', 'USERS']],
  ] as const) {
    const { rows } = await database.query(
      `select customer_id as customer, sum(used) as used from cap_usage where period = $1 and customer_id = any($2)
        group by 1 order by 1`,
      [period, MODELLED],
    );
    expect(rows, `operations counted by ${period}`).toEqual(operationsOf(uploads, types));
  }
}

function numbersOf(uploads: Uploads): { customer: number; type: string; last: number }[] {
  const last = [...uploads].map(([{ customer, type }, files]) => ({
    customer,
    type,
    last: files.findLastIndex(({ codes }) => codes !== null) + 1,
  }));
  return last
    .filter((one) => one.last > 0)
    .sort((one, other) => one.customer - other.customer || (one.type < other.type ? -1 : 1));
}

function operationsOf(uploads: Uploads, types: readonly string[]): { customer: number; used: number }[] {
  const used = new Map<number, number>();
  for (const [{ customer, type }, files] of uploads) {
    const entries = files.reduce((sum, { codes }) => sum + (codes?.length ?? 0), 0);
    if (types.includes(type) && entries > 0) used.set(customer, (used.get(customer) ?? 0) + entries);
  }
  return [...used].sort(([one], [other]) => one - other).map(([customer, sum]) => ({ customer, used: sum }));
}

/** Holds at every moment: caps are only ever raised here. */
export async function expectCapsKept({ database }: World): Promise<void> {
  const over = await database.query(
    `select used, hourly_cap from cap_usage u join customer c on c.id = u.customer_id
      where c.id = $1 and period = 'hour' and used > hourly_cap`,
    [CAPPED],
  );
  expect(over.rows, 'more was applied than the cap lets through').toEqual([]);
}

/** Every file in one place with its trace, told of by one report, and no name that has no business there. */
async function expectFolder(world: World, login: string, uploads: Uploads): Promise<void> {
  const folder = path.join(world.spool, login);
  const own = [...uploads].flatMap(([agent, files]) => (agent.login === login ? files : []));
  const expected = own.flatMap((upload) => [
    `${targetOf(upload)}/${upload.name}`,
    ...companionsOf(upload).map((name) => `${targetOf(upload)}/${name}`),
  ]);
  const found = (await readdir(folder, { recursive: true })).filter((name) => !isKept(name));
  expect(found.toSorted()).toEqual(expected.toSorted());
  await expectReceipts(path.join(folder, '_report'), own);
  const reports = await textsIn(path.join(folder, '_report'));
  expect(reports.every((report) => report.includes('*** Processing file: '))).toBe(true);
  const toldOf = linesByFile(reports);
  for (const upload of own) {
    const filed = path.join(folder, targetOf(upload), upload.name);
    expect(await readFile(filed, 'utf8'), `the bytes of ${upload.name}`).toBe(upload.content);
    const trace = path.join(folder, targetOf(upload), traceName(upload.name));
    if (upload.codes) expectTrace(await readFile(trace, 'utf8'), upload, upload.codes);
    await expectRetryFile(world, filed, upload);
    const told = toldOf.get(upload.name) ?? [];
    expect(told.length, `reports that tell of ${upload.name}`).toBe(1);
    const codes = told.flat().flatMap((line) => /^Result code: (\d+) /.exec(line)?.[1] ?? []);
    const notDone = upload.codes?.filter((code) => code !== 0) ?? [1];
    const reported = codes.map(Number).filter((code) => code < WARNINGS);
    expect(reported, `the report on ${upload.name}`).toEqual(notDone);
    if (upload.codes)
      expect(countsIn(told.flat()), `the counts of ${upload.name}`).toEqual(countsOf(upload.codes));
  }
}

/** One per file, in one chain without a gap from the first on, and of what lies there. */
async function expectReceipts(folder: string, own: readonly { name: string }[]): Promise<void> {
  const names = (await readdir(folder)).filter(isReceiptName);
  const { good, faults } = await checkFiles(
    names.map((name) => path.join(folder, name)),
    null,
  );
  expect(faults).toEqual([]);
  expect(good.map(({ receipt }) => receipt.number)).toEqual(own.map((_, index) => index + 1));
  expect(good.map(({ receipt }) => receipt.file.name).toSorted()).toEqual(
    own.map(({ name }) => name).toSorted(),
  );
}

/** A file with failed entries has them beside it once more, to be sent again, and a table of what is wrong. */
function companionsOf({ name, codes }: Upload): string[] {
  if (!codes) return [];
  return codes.some(hasFailed) ? companionNames(name) : [traceName(name)];
}

const hasFailed = (code: number) => code !== 0 && !(code >= 2900 && code <= 2909);

/** The header line, then what the ledger has as the places of the failed entries; of CSV files. */
async function expectRetryFile({ database }: World, filed: string, upload: Upload): Promise<void> {
  const { name, codes, content } = upload;
  if (!codes?.some(hasFailed) || !name.endsWith('.csv')) return;
  const { rows } = await database.query<{ first: number; bytes: number }>(
    `select r.first, r.bytes from change_file f, entry_slice s, unnest(s.starts, s.sizes, s.codes) r (first, bytes, code)
      where f.name = $1 and s.change_file_id = f.id and r.code <> 0 and r.code not between 2900 and 2909
      order by r.first`,
    [name],
  );
  const text = Buffer.from(content);
  const ended = (line: Buffer) => (line.at(-1) === 0x0a ? line : Buffer.concat([line, Buffer.from('\n')]));
  const failed = rows.map(({ first, bytes }) => ended(text.subarray(first, first + bytes)));
  const [header = ''] = content.replace(/^\uFEFF/u, '').split(/(?<=\n)/u);
  const expected = Buffer.concat([ended(Buffer.from(header)), ...failed]).toString();
  expect(await readFile(retryName(filed), 'utf8'), `retry file of ${name}`).toBe(expected);
}

/** What the reports say of each file: once for each report that tells of it. */
function linesByFile(reports: string[]): Map<string, string[][]> {
  const found = new Map<string, string[][]>();
  for (const report of reports)
    for (const [, name = ''] of report.matchAll(/ - \*\*\* Processing file: .*\/(.+)$/gm))
      found.set(name, [...(found.get(name) ?? []), linesAbout(report, name)]);
  return found;
}

/** Entries read and written, as the counts line tells them. */
function countsIn(lines: string[]): number[] {
  const [, read, written] = /: (\d+); [^;:]+: (\d+);/.exec(lines.at(-1) ?? '') ?? [];
  return [Number(read), Number(written)];
}

function countsOf(codes: number[]): number[] {
  return [codes.length, codes.filter((code) => code === 0).length];
}

/** The codes of the entries, and behind them the text of provisioning files as it was uploaded, to the byte. */
function expectTrace(trace: string, { name, content }: Upload, codes: number[]): void {
  expect(codesOf(trace), name).toEqual(codes);
  if (!name.endsWith('.csv')) return;
  const text = trace.replaceAll(/^(?:entryNum,lineNum,resultCode|\d+,\d+,\d+),/gm, '');
  expect(text, `the trace of ${name}`).toBe(content);
}

const KEPT = new Set([
  '_status.txt',
  '_status.json',
  '.taken',
  '.staging',
  'journal',
  '_processed',
  '_error',
  '_report',
  '_validate',
]);

function isKept(name: string): boolean {
  const inReport = /^_report\/(.*)$/u.exec(name)?.[1] ?? '';
  return (
    KEPT.has(name) ||
    isReceiptName(inReport) ||
    isPublicKeyName(inReport) ||
    /^llis_report_\d{8}_\d{6}(_\d+)?\.txt$/.test(inReport)
  );
}

async function textsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt'));
  return Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
}

/** Mails and finishing steps that the entries lead to, without ids and times: no model knows them all. */
export async function followUpsOf({ database }: World): Promise<unknown[]> {
  const { rows } = await database.query(
    `select o.topic, s.email, o.entry, f.name from outbox o left join subscriber s on s.id = o.subscriber_id
       left join change_file f on f.id = o.change_file_id order by 2, 1, 4, 3`,
  );
  return rows;
}
