/**
 * Migrations 001, 002 and 004 were edited in the first hours after they were written. Databases made from those wordings
 * are brought to the same schema, their data with them. Nothing is ever added here: a released migration does not change.
 */
import { foldNotesDn } from '../accounts/subscribers/notes-name.ts';
import { parseDistinguishedName } from '../accounts/directory/distinguished-name.ts';
import type { Transaction } from './open.ts';

/** From one wording to the one after it. */
interface Repair {
  /** SHA-256 of the earlier wording. */
  from: string;
  to: string;
  carryOut: (tx: Transaction) => Promise<unknown>;
}

const REPAIRS: readonly Repair[] = [
  {
    from: '7c0a5439eea50f27be98db59e4896183d92aa639b64e510cd376f60afd12039e',
    to: '23a58c831b573312a6ee02a79dc280ff21a26b11894cfaf340a9e2890fda90d2',
    carryOut: foldNotesNames,
  },
  {
    from: '23a58c831b573312a6ee02a79dc280ff21a26b11894cfaf340a9e2890fda90d2',
    to: 'd86ce8e60b4573200b5bae86f31931a1829a724bbaff6bc79fe73e30bde6b720',
    carryOut: foldDirectoryNames,
  },
  {
    from: 'dcf8d9fb31deeb78428e4f02585d5f9dc27bcb21af579fc226ffbbec4a5e6a56',
    to: 'fc1a480835155e3018eeb5d0259eff41f905c7307c1bbbd453b9fbf5a448b55b',
    carryOut: (tx) => tx.query(DECISIONS),
  },
  {
    from: 'fc1a480835155e3018eeb5d0259eff41f905c7307c1bbbd453b9fbf5a448b55b',
    to: '46a2c62da452294ab4f6565e32ccfeddb9d556915656224eb3020f18da449662',
    carryOut: (tx) => tx.query(SLICES),
  },
  {
    from: '37565c613a94c987b1f5fa0d15cb125772036cda9dc9d449c3de3a11fbd895a7',
    to: '3276309c0b38b1f66cfa76a3c80275051037fbd52c0131d998fdbad47678eb64',
    carryOut: (tx) => tx.query(LATEST_RESULTS),
  },
];

/**
 * Brings what an earlier wording of a migration has made to what the last wording makes.
 *
 * @returns false where no such wording was ever released
 */
export async function repairEarlier(tx: Transaction, from: string, to: string): Promise<boolean> {
  for (let checksum = from; checksum !== to;) {
    const repair = REPAIRS.find((one) => one.from === checksum);
    if (!repair) return false;
    await repair.carryOut(tx);
    checksum = repair.to;
  }
  return true;
}

/** Two accounts could have one name then: the older one keeps it for comparisons, both keep it as written. */
async function foldNotesNames(tx: Transaction): Promise<void> {
  await tx.query('alter table subscriber add column notes_dn_key text');
  const { rows } = await tx.query<{ id: number; customer_id: number; notes_dn: string }>(
    `select id, customer_id, notes_dn from subscriber where notes_dn is not null and state <> 'removed' order by id`,
  );
  const given = new Set<string>();
  for (const { id, customer_id: customer, notes_dn: dn } of rows) {
    const key = foldNotesDn(dn);
    if (given.has(`${customer} ${key}`)) continue;
    given.add(`${customer} ${key}`);
    await tx.query('update subscriber set notes_dn_key = $2 where id = $1', [id, key]);
  }
  await tx.query(`
    drop index subscriber_notes_dn;
    create unique index subscriber_notes_dn on subscriber (customer_id, notes_dn_key) where state <> 'removed';
    comment on column subscriber.notes_dn_key is 'The DN without case and needless blanks; unique within the customer.'`);
}

async function foldDirectoryNames(tx: Transaction): Promise<void> {
  await tx.query(`
    drop index directory_entry_parent;
    alter table directory_entry drop column parent_key, alter column dn_key type text collate "C"`);
  const { rows } = await tx.query<{ customer_id: number; dn_key: string; dn: string }>(
    'select customer_id, dn_key, dn from directory_entry order by customer_id, dn_key',
  );
  // Out of each other's way first: an old key may be another one's new key.
  await tx.query(`update directory_entry set dn_key = '?' || dn_key`);
  for (const { customer_id: customer, dn_key: before, dn } of rows)
    await tx.query('update directory_entry set dn_key = $3 where customer_id = $1 and dn_key = $2', [
      customer,
      `?${before}`,
      parseDistinguishedName(dn)?.key ?? before,
    ]);
  await tx.query(`
    comment on column directory_entry.dn_key is
      'The DN folded (chapter 11, rule 7) and with its root first: what is compared; what stands below a name is one range.';
    comment on column directory_entry.attributes is
      'Attribute → its values, as arrays, in the specification''s spelling.'`);
}

const DECISIONS = `
  alter table change_file drop column header,
    add column decision text check (decision in ('applied', 'held', 'refused'));
  update change_file set decision = case when code = 1001 and entries > 0 then 'held'
      when state = 'rejected' or (folder = '_error' and entries = 0) then 'refused' else 'applied' end
    where state in ('applying', 'applied', 'rejected', 'filed');
  comment on column change_file.decision is
    'applied: its entries were decided one by one. held: all of them 1001. refused: at a gate, no trace.';
  create table batch_note (
    id bigint generated always as identity primary key,
    batch_id bigint not null references batch,
    change_file_id bigint references change_file,
    at timestamptz not null,
    kind text not null,
    detail jsonb not null default '{}'
  );
  create index batch_note_batch on batch_note (batch_id);
  comment on table batch_note is 'Lines of the report that are no result of a file: a day limit that was reached, for example.'`;

/** Before there were slices, what a file had as entries was all of it. */
const SLICES = `
  alter table change_file add column total integer not null default 0,
    add column next_line integer not null default 1, add column next_byte bigint not null default 0;
  update change_file set total = entries;
  comment on column change_file.total is
    'Entries of the file; entries: those read so far; next_line and next_byte: where a large file goes on.'`;

const LATEST_RESULTS = `
  create index change_file_results on change_file (customer_id, finished_at desc, id desc) where decision is not null;
  create index batch_reports on batch (customer_id, started_at desc)`;
