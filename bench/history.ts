/**
 * What a year of changes costs and how soon one person's are found: `npm run bench:history -- [millions]`. 10,000 changes
 * a day of one customer with 100,000 people for 400 days, made by the server itself in the mix of a directory
 * synchronisation. The embedded server in a temporary folder; nothing else is touched.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { saveChanges, type Change } from '../src/accounts/changes/change-rows.ts';
import { changesOf } from '../src/accounts/changes/history-rows.ts';
import { keepPartitions } from '../src/accounts/changes/partitions.ts';
import { openEmbedded } from '../src/database/embedded.ts';
import { migrate } from '../src/database/migrate.ts';
import { onlyRow, openDatabase, type Database } from '../src/database/open.ts';
import { timed } from './timing.ts';
import { historyOf } from '../src/actions/history.ts';

const CUSTOMER = 1;
const PEOPLE = 100_000;
const CHANGES = Number(process.argv[2] ?? 4) * 1_000_000;
const CHANGES_A_DAY = 10_000;
const DAY_US = 86_400_000_000;
const LOOKS = 2_000;
const SLICES = 200;
const SLICE_ENTRIES = 200;
const NOW = new Date('2026-11-26T12:00:00Z');

/** Three in five are Updates of one or two fields, one in fifty is a new person. */
const MADE = `
  insert into change (customer_id, subject_id, seq, file_id, entry, line, kind, operation, diff)
  select $1, 1 + (random() * ($2::int - 1))::int, $3::bigint + n * $4::bigint, 1 + ($5::int + n) / $7::int,
         1 + n % $7::int, 2 + n % $7::int, 1, made.operation, made.diff::json
    from generate_series(0, $6::int - 1) n, lateral (
      select case
        when n % 50 = 0 then array['Add', '{"email":[null,"given.family' || n || '@example.com"],"givenName":[null,"Given"],"familyName":[null,"Family"],"roles":[null,["user"]],"state":[null,"pending"],"federationType":[null,"NON_FEDERATED"],"origin":[null,"provisioning:HR"],"language":[null,"en_US"],"jobTitle":[null,"Clerk"],"invitation.state":[null,"pending"],"invitation.sentTo":[null,"given.family' || n || '@example.com"],"invitation.sentAt":[null,"2026-11-26T12:00:00.000Z"],"invitation.expiresAt":[null,"2026-12-10T12:00:00.000Z"],"seat.85292":[null,"active"]}']
        when n % 50 = 1 then array['Remove', '{"state":["active","remove_pending"],"seat.85292":["active",null],"seat.85180":["active",null]}']
        when n % 5 = 2 then array['AssignSeat', '{"seat.85180":[null,"active"]}']
        when n % 5 = 3 then array['Update', '{"department":["Sales and Marketing","Research ' || n || '"],"jobTitle":["Clerk","Head of Research"]}']
        else array['Update', '{"telephone":["+1 555 010' || n % 9999 || '","+1 555 020' || n % 9999 || '"]}']
      end as row) drawn, lateral (select row[1] as operation, row[2] as diff) made`;

const home = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-bench-'));
await chmod(home, 0o711);
const server = await openEmbedded(home, ['synchronous_commit=off', 'max_wal_size=4GB']);
try {
  const database = await openDatabase(server.connection, () => {});
  await migrate(database);
  await fill(database);
  await tellSize(database);
  await tellLooks(database);
  await tellWrites(database);
  await database.close();
} finally {
  await server.stop();
  await rm(home, { recursive: true, force: true });
}

async function fill(database: Database): Promise<void> {
  const days = CHANGES / CHANGES_A_DAY;
  for (let day = days; day > 0; day -= 28)
    await keepPartitions(database, new Date(NOW.getTime() - day * 86_400_000), 10_000);
  await keepPartitions(database, NOW, 10_000);
  await database.query(`insert into customer (id, name, folder) values ($1, 'Acme', 'acme')`, [CUSTOMER]);
  await database.query(
    `insert into change_file (customer_id, name, state, received_at, bytes, modified_at, finished_at, login, address)
     select $1::bigint, $1::bigint || '_HR_PRV_' || n || '.csv', 'filed', now(), 9000, now(), now(), 'hr', '192.0.2.7'
       from generate_series(1, $2::int) n`,
    [CUSTOMER, days * (CHANGES_A_DAY / SLICE_ENTRIES)],
  );
  for (let day = 0; day < days; day += 1)
    await database.query(MADE, [
      CUSTOMER,
      PEOPLE,
      NOW.getTime() * 1000 - (days - day) * DAY_US,
      DAY_US / CHANGES_A_DAY,
      day * CHANGES_A_DAY,
      CHANGES_A_DAY,
      SLICE_ENTRIES,
    ]);
  await database.query(
    `insert into change_name (customer_id, kind, name, subject_id)
     select $1::bigint, 1, 'person' || n || '@example.com', n from generate_series(1, $2::int) n`,
    [CUSTOMER, PEOPLE],
  );
  await database.query('vacuum analyze');
}

async function tellSize(database: Database): Promise<void> {
  const { bytes, rows } = onlyRow(
    await database.query<{ bytes: number; rows: number }>(
      `select sum(pg_total_relation_size(relid))::bigint as bytes, (select count(*) from change) as rows
         from pg_partition_tree('change') where isleaf`,
    ),
  );
  const year = (bytes / rows) * CHANGES_A_DAY * 365;
  tell(`${rows} changes: ${(bytes / rows).toFixed(0)} bytes each, a year ${(year / 1e9).toFixed(2)} GB`);
}

async function tellLooks(database: Database): Promise<void> {
  const random = () => 1 + Math.floor(Math.random() * PEOPLE);
  await tellTimes('changes of one person', LOOKS, () => changesOf(database, CUSTOMER, 'person', [random()]));
  await tellTimes('spoolgate history, all of it', LOOKS, () =>
    historyOf(database, CUSTOMER, `person${random()}@example.com`),
  );
}

async function tellWrites(database: Database): Promise<void> {
  const slice = (): Change[] =>
    Array.from({ length: SLICE_ENTRIES }, (_, index) => ({
      subject: 1 + Math.floor(Math.random() * PEOPLE),
      place: { entry: index + 1, line: index + 2 },
      operation: 'Update',
      name: null,
      diff: { jobTitle: ['Clerk', 'Head of Research'] },
    }));
  await tellTimes(`a slice of ${SLICE_ENTRIES} changes is written`, SLICES, () =>
    database.transaction((tx) =>
      saveChanges(tx, CUSTOMER, 'person', slice(), { origin: { file: 1 }, now: NOW }),
    ),
  );
}

/** In tenths of a millisecond. */
async function tellTimes(what: string, times: number, work: () => Promise<unknown>): Promise<void> {
  for (let warm = 0; warm < times / 10; warm += 1) await work();
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) taken.push(await timed(work));
  taken.sort((one, other) => one - other);
  const at = (share: number) => (taken[Math.floor(share * (taken.length - 1))] ?? 0).toFixed(1);
  tell(`${what}: ${at(0.5)} ms, 99 % within ${at(0.99)} ms`);
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
