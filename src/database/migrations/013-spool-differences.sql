-- What lies in the spool and the ledger does not know: the database lost its last commits (src/spool/compare.ts).
create table spool_difference (
  customer_id bigint not null references customer,
  folder text not null check (folder in ('_processed', '_error', '_report')),
  name text not null,
  kind text not null check (kind in ('file', 'trace', 'report')),
  found_at timestamptz not null,
  outcome text check (outcome in ('put-back', 'kept')),
  settled_at timestamptz,
  told_batch_id bigint references batch,
  primary key (customer_id, folder, name),
  check ((outcome is null) = (settled_at is null))
);
comment on table spool_difference is
  'Kept equal to what each comparison of spool and ledger finds. In no backup: it speaks of the spool as it is.';
comment on column spool_difference.outcome is
  'null: needs the operator. put-back: waits or ran again. kept: there was nothing to put back, and the operator has seen it.';
comment on column spool_difference.told_batch_id is 'The batch whose report tells the customer; null: the next one will.';
create index spool_difference_open on spool_difference (customer_id) where outcome is null;

-- Names of the spool are looked up in the ledger, however long its history is.
create index change_file_filed on change_file (customer_id, folder, filed_as) where filed_as is not null;
