import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import type { Database } from '../../src/database/open.ts';
import { refusedEntriesAbout } from '../../src/ledger/refused-rows.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const RELEASED = new URL('../../src/database/migrations/', import.meta.url);
const EARLIER = new URL('./earlier/', import.meta.url);

/** SHA-256 of every released migration. A new one adds its line; a line that is here never changes. */
const HASHES: Record<string, string> = {
  '001-accounts.sql': 'd86ce8e60b4573200b5bae86f31931a1829a724bbaff6bc79fe73e30bde6b720',
  '002-change-files.sql': '46a2c62da452294ab4f6565e32ccfeddb9d556915656224eb3020f18da449662',
  '003-doors.sql': 'efc6036ac6c35e3bb9d8dbd0020409c1ba8ecbd6208b277833cfcf14cba527eb',
  '004-order.sql': '3276309c0b38b1f66cfa76a3c80275051037fbd52c0131d998fdbad47678eb64',
  '005-reliability.sql': '801109b015bb6b141fb496bcf5b2777773a94e7151892517deafc94e566707a5',
  '007-notices.sql': 'e8bb802937e984431d3e7cac44a9421a88ea0680884273f51f8b4a35efa686b2',
  '008-access-changes.sql': '499258083f88e8e7457b3cfb2bee22f25375ce2ea1204d257e077500956fa207',
  '009-spool.sql': '503759678993255da02fbd4ff18920a3f56cb6bfd25f76248a946d0d473b4af6',
  '010-gapless-sources.sql': 'e7c92db072274572498c1fb69c09a2cd37999185649944d601429dce9e636ba2',
  '011-backlog.sql': '18450998b304677011c0c456b04c045d7d20a04e7ee73c4232b6f70808445f8d',
  '012-kinds.sql': '39c28ae218a11dd6e5070c7ac8b5d1095ab2f116bdbaf056c4b84639cab60a88',
  '013-spool-differences.sql': '81fadd8cf194ab27f1e8542a3e1a360ff2256b96175db18a329c1887cd6e2c1d',
  '014-changes.sql': '0815e150d76ca89d1de45183c715ca176f1200c9f013b125fa215d034544a60e',
  '015-results.sql': '4f1e4e39193d27f0ed1fea491826cff7ba54eeb4cd4906162b16882530b4a479',
  '017-events.sql': '2d5cbaa6812968230c2b8fdac55b4c51b759f29144e93915926d49f09d921029',
  '018-users.sql': '4fe5aa3264b531137a5cc8dd499fa8da5ba3d4bcc415ba91ccf900216ea56806',
  '019-decided-claims.sql': '78be4f9c7562e2d008136291ee2a3e8560512dd82aeec04d1b99a8f3239b8555',
  '020-activation-runs.sql': 'e21b9a49d7f76123b6c32d28bbd7a38313bbcb55bbc6efa747608a66a28a189a',
  '021-technicians.sql': 'd0c9400cd5698c9dba52361c2501dbe729137491e44ebcf5790c9be775489dd5',
  '022-guard.sql': '5194c68a2616576e5156f41f85333c397e02f1c135c17edacf6905c53b04238b',
  '023-full-lists.sql': 'e4c895763b4135c0ce095c2393c6bd5dacae421b880e18cebc101fce21dc072c',
  '024-comments.sql': '64d4b11d12d3f11fe970485b4108be92b5349d6e6e95d61657a92d95097b069b',
  '025-unchecked-references.sql': 'c9c1bb62cd2646cfa55e9f701e968b3ef84f82b030725ec9b0447c371dc7914d',
  '026-journal.sql': '8915a604f80af39b70fd485ccb790ac64b0b12e6cb4ffbcd4348bf7215c923dc',
  '027-lighter-people.sql': 'fde2f7e9aa96a1ca4647a3cf8b11f32bc0afc00d476457618ec4c62970ad2875',
  '028-undo.sql': '80296267b11e0698e8af358e544a3cac9290075f7074bbc7c27f62d6f2ed6c11',
  '029-retry-numbers.sql': 'ec8f784d8f75a8d486f7923f89fb315638749bf6fd6b2ec5561b3dac7c9dc56c',
  '030-guards.sql': '525cdfc4c893ec469a895a4ce5ad6caa253ed2b6efb8c00c6bf77b5ad9a42cca',
  '032-receipts.sql': '2922dc7a13b2e70ac8fc4d4e8c8687a37d25cd9e8db3ecf10df6efef67e08d06',
  '033-pause-and-sequences.sql': '7920fb3265c83e7d681d11b9917f063abee86fcfac21bba5f6fe18e988c5162e',
  '034-notices.sql': 'ea3d814a800269aabcde3693dda06526b31965c1109a9c11adc3652ec0ec7faf',
  '035-waited-for.sql': 'f8bbfb57c00b1a8ded31cd5384184c05783915bdeff2535836569c774e7f8592',
  '038-feeds.sql': '57323d35fb7faf9b7d820d61df87e818c81d9e0754107ee1d82ec61392f3ebaf',
};
/** The databases that were ever in use, by the files that made them. A later schema adds its line. */
const SCHEMAS: [title: string, ...files: string[]][] = [
  ['the first commit', 'first/001', 'first/002'],
  ['the turns', 'second/001', 'second/002'],
  ['the slices', 'second/001', '002'],
  ['the line', 'second/001', '002', 'first/004'],
  ['the live control', 'second/001', '002', '004'],
  ['the doors', 'second/001', '002', '003', '004'],
  ['001 alone', '001'],
  ['001 and 002', '001', '002'],
  ['up to 003', '001', '002', '003'],
  ['up to 004', '001', '002', '003', '004'],
  ['up to 005', '001', '002', '003', '004', '005'],
  ['up to 011', '001', '002', '003', '004', '005', '011'],
  ['009 and 011 without 007', '001', '002', '003', '004', '005', '009', '011'],
  ['up to 011 with 007 and 009', '001', '002', '003', '004', '005', '007', '009', '011'],
  ['up to 011 with 007, 009 and 010', '001', '002', '003', '004', '005', '007', '009', '010', '011'],
  ['up to 011 with 007 to 010', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011'],
  ['up to 012', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012'],
  ['up to 013', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013'],
  ['up to 014', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014'],
  [
    'up to 015',
    '001',
    '002',
    '003',
    '004',
    '005',
    '007',
    '008',
    '009',
    '010',
    '011',
    '012',
    '013',
    '014',
    '015',
  ],
  // prettier-ignore
  ['up to 018 without 017', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '018'],
  // prettier-ignore
  ['up to 018', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018'],
  // prettier-ignore
  ['up to 019', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019'],
  // prettier-ignore
  ['up to 020', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020'],
  // prettier-ignore
  ['up to 021', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020', '021'],
  // prettier-ignore
  ['up to 022', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020', '021', '022'],
  // prettier-ignore
  ['up to 023', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020', '021', '022', '023'],
  // prettier-ignore
  ['up to 024', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020', '021', '022', '023', '024'],
  // prettier-ignore
  ['up to 025', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020', '021', '022', '023', '024', '025'],
  // prettier-ignore
  ['up to 026', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020', '021', '022', '023', '024', '025', '026'],
  // prettier-ignore
  ['029 without 026', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020', '021', '022', '023', '024', '025', '029'],
  // prettier-ignore
  ['up to 029', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020', '021', '022', '023', '024', '025', '026', '029'],
  // prettier-ignore
  ['up to 027 without 026', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020', '021', '022', '023', '024', '025', '027'],
  // prettier-ignore
  ['028 without 026 and 029', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020', '021', '022', '023', '024', '025', '028'],
  // prettier-ignore
  ['up to 038', '001', '002', '003', '004', '005', '007', '008', '009', '010', '011', '012', '013', '014', '015', '017', '018', '019', '020', '021', '022', '023', '024', '025', '026', '029', '030', '032', '033', '034', '035', '038'],
];

let database: TestDatabase;
let fresh: unknown;
beforeAll(async () => {
  database = await cloneDatabase();
  fresh = await schemaOf(database);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('drop schema public cascade');
  await database.query('create schema public');
});

/** `first/001`: the wording of then; `001`: the released one. */
async function sqlOf(file: string): Promise<{ name: string; sql: string; checksum: string }> {
  const [number = '', wording] = file.split('/').toReversed();
  const folder = wording ? EARLIER : RELEASED;
  const wanted = wording ? `${number}-${wording}.sql` : `${number}-`;
  const name = (await readdir(folder)).find((one) => one.startsWith(wanted)) ?? '';
  const sql = await readFile(new URL(name, folder), 'utf8');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

async function build(files: string[]): Promise<void> {
  await database.query(`create table schema_migration (
    version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
  for (const file of files) {
    const { name, sql, checksum } = await sqlOf(file);
    await database.query(sql);
    await database.query('insert into schema_migration (version, name, checksum) values ($1, $2, $3)', [
      Number.parseInt(name, 10),
      name,
      checksum,
    ]);
  }
}

/** Everything but the order of the columns. */
async function schemaOf(db: Database): Promise<unknown> {
  const columns = await db.query(
    `select table_name, column_name, data_type, is_nullable, column_default, collation_name,
            col_description((table_schema || '.' || table_name)::regclass, ordinal_position) as comment
       from information_schema.columns where table_schema = 'public' order by 1, 2`,
  );
  const indexes = await db.query(`select indexdef from pg_indexes where schemaname = 'public' order by 1`);
  const constraints = await db.query(
    `select conrelid::regclass::text as table, pg_get_constraintdef(oid) as rule from pg_constraint
      where connamespace = 'public'::regnamespace and conrelid <> 0 order by 1, 2`,
  );
  return [columns.rows, indexes.rows, constraints.rows];
}

const has = (files: string[], number: string) => files.some((file) => file.endsWith(number));

async function fill(files: string[]): Promise<void> {
  const parent = files.includes('001') ? '' : ', parent_key';
  await database.query(`
    insert into customer (id, name, folder) values (1, 'Acme', 'acme');
    insert into subscriber (customer_id, email, given_name, family_name, state, federation_type, notes_dn, origin, created_at, updated_at)
      select 1, n || '@example.com', 'Ann', 'One', 'active', 'NON_FEDERATED', 'Ann  ONE / Acme', 'PRV', now(), now()
        from generate_series(1, ${files.includes('001') || files.includes('second/001') ? 1 : 2}) n;
    insert into directory_entry (customer_id, dn_key${parent}, dn, class, attributes, created_at)
      values (1, 'cn=ann,o=acme'${parent && `, 'o=acme'`}, 'CN=Ann,O=Acme', 'person', '{"sn": ["One"]}', now())`);
  if (!files.includes('001') && files.includes('second/001'))
    await database.query(`update subscriber set notes_dn_key = 'ann one/acme'`);
  if (!has(files, '002')) return;
  const decided = files.includes('first/002') ? '' : ', decision';
  const value = (decision: string) => (decided ? `, '${decision}'` : '');
  await database.query(`
    insert into batch (customer_id, started_at, closed_at, report_name) values (1, now(), now(), 'r.txt');
    insert into change_file (customer_id, batch_id, name, state, received_at, bytes, modified_at, code, entries, folder, filed_as${decided})
      values (1, 1, 'a.csv', 'filed', now(), 9, now(), null, 2, '_processed', 'a.csv'${value('applied')}),
             (1, 1, 'b.csv', 'filed', now(), 9, now(), 1, 0, '_error', 'b.csv'${value('refused')});
    insert into change_file (customer_id, name, state, received_at, bytes, modified_at)
      values (1, 'c.csv', 'waiting', now(), 9, now());
    ${has(files, '015') ? SLICES : RESULTS}
    insert into sequence_counter (customer_id, source, type, last) values (1, 'hr', 'PRV', 7)`);
}

/** Results as they were kept until 014, and as they are since. */
const RESULTS = `
    insert into entry_result (change_file_id, entry, line, first_byte, byte_count, code) values (1, 1, 2, 5, 4, 0);
    insert into entry_result (change_file_id, entry, line, first_byte, byte_count, code, operation, subject, detail)
      values (1, 1002, 4, 9, 7, 1011, 'Suspend', 'Ann@Example.com', '{"code": 1011}');`;
const SLICES = `
    insert into entry_slice (change_file_id, first_entry, entries, lines, starts, sizes, codes)
      values (1, 1, '{1,1002}', '{2,4}', '{5,9}', '{4,7}', '{0,1011}');
    insert into refused_entry (customer_id, change_file_id, started_at, entry, line, code, operation, subject, detail)
      values (1, 1, now(), 1002, 4, 1011, 'Suspend', 'Ann@Example.com', '{"code": 1011}');`;

async function expectData(files: string[]): Promise<void> {
  const { rows: people } = await database.query(
    'select email, notes_dn, notes_dn_key from subscriber order by id',
  );
  const key = files.includes('001') ? null : files.includes('second/001') ? 'ann one/acme' : 'ann one/acme';
  expect(people[0]).toEqual({ email: '1@example.com', notes_dn: 'Ann  ONE / Acme', notes_dn_key: key });
  if (files.includes('first/001'))
    expect(people[1]).toEqual({ email: '2@example.com', notes_dn: 'Ann  ONE / Acme', notes_dn_key: null });
  const { rows: entries } = await database.query('select dn_key, dn, attributes from directory_entry');
  const dnKey = files.includes('001') ? 'cn=ann,o=acme' : 'o=acme,cn=ann';
  expect(entries).toEqual([{ dn_key: dnKey, dn: 'CN=Ann,O=Acme', attributes: { sn: ['One'] } }]);
  if (!has(files, '002')) return;
  const ledger = await database.query(
    'select name, state, decision, total > 0 as counted, entries, purged_at from change_file order by id',
  );
  const counted = !files.includes('002');
  expect(ledger.rows).toEqual([
    { name: 'a.csv', state: 'filed', decision: 'applied', counted, entries: 2, purged_at: null },
    { name: 'b.csv', state: 'filed', decision: 'refused', counted: false, entries: 0, purged_at: null },
    { name: 'c.csv', state: 'waiting', decision: null, counted: false, entries: 0, purged_at: null },
  ]);
  expect(
    (await database.query('select entry, byte_count, code from entry_result order by entry')).rows,
  ).toEqual([
    { entry: 1, byte_count: 4, code: 0 },
    { entry: 1002, byte_count: 7, code: 1011 },
  ]);
  expect(await refusedEntriesAbout(database, 1, ['ann@example.com'])).toMatchObject([
    { file: 'a.csv', entry: 1002, line: 4, operation: 'Suspend', code: 1011, refusal: { code: 1011 } },
  ]);
  expect((await database.query('select source, last, run from sequence_counter')).rows).toEqual([
    { source: 'hr', last: 7, run: 0 },
  ]);
}

it('a released migration never changes', async () => {
  const names = (await readdir(RELEASED)).filter((name) => name.endsWith('.sql')).toSorted();
  const hashes = await Promise.all(
    names.map(async (name) => [name, (await sqlOf(name.slice(0, 3))).checksum]),
  );
  expect(Object.fromEntries(hashes)).toEqual(HASHES);
});

describe('data of an earlier schema is brought to the present one', () => {
  it.each(SCHEMAS)('%s', async (_, ...files) => {
    await build(files);
    await fill(files);
    await migrate(database);
    expect(await schemaOf(database)).toEqual(fresh);
    await expectData(files);
    expect(await migrate(database)).toBe(0);
  });
});
