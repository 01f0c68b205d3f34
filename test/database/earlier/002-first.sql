-- The ledger: what came in, what became of each entry, and what must follow from it.

create table batch (
  id bigint generated always as identity primary key,
  customer_id bigint not null references customer,
  started_at timestamptz not null,
  closed_at timestamptz,
  report_name text
);
create unique index batch_open on batch (customer_id) where closed_at is null;
comment on table batch is 'The files of one customer processed in one go; one report each (chapter 15).';

create table change_file (
  id bigint generated always as identity primary key,
  customer_id bigint not null references customer,
  batch_id bigint references batch,
  name text not null,
  type text check (type in ('PRV', 'DI')),
  named_customer bigint,
  source text,
  sequence bigint check (sequence >= 0),
  state text not null check (state in
    ('waiting', 'deferred', 'held', 'applying', 'applied', 'rejected', 'filed', 'withdrawn', 'quarantined')),
  deferred_until timestamptz,
  received_at timestamptz not null,
  bytes bigint not null,
  modified_at timestamptz not null,
  taken boolean not null default false,
  replaced integer not null default 0,
  started_at timestamptz,
  finished_at timestamptz,
  code integer,
  detail jsonb,
  header bytea,
  entries integer not null default 0,
  written integer not null default 0,
  read_errors integer not null default 0,
  write_errors integer not null default 0,
  folder text check (folder in ('_processed', '_error')),
  filed_as text,
  check ((type is null) = (sequence is null))
);
create unique index change_file_waiting on change_file (customer_id, name)
  where state in ('waiting', 'deferred', 'held') and not taken;
create index change_file_queue on change_file (customer_id, received_at) where state in ('waiting', 'deferred', 'held');
create index change_file_unfinished on change_file (customer_id) where state in ('applying', 'applied', 'rejected');
create index change_file_batch on change_file (batch_id);
comment on table change_file is 'States and their exits: src/change-file.ts.';
comment on column change_file.type is 'null: the name breaks the grammar (code 1).';
comment on column change_file.taken is 'The file has left the upload folder for the hidden .taken/<id>.';
comment on column change_file.code is 'Of the file as a whole: 1-4, 1000 (header), 1001, 5, 6; null otherwise.';
comment on column change_file.header is 'The header line as bytes, for the trace.';

create table entry_result (
  change_file_id bigint not null references change_file,
  entry integer not null check (entry > 0),
  line integer not null check (line > 0),
  first_byte bigint not null,
  byte_count integer not null,
  code integer not null,
  operation text,
  subject text,
  detail jsonb,
  primary key (change_file_id, entry)
);
create index entry_result_failed on entry_result (change_file_id, entry) where code <> 0;
comment on table entry_result is 'One result per entry, written in the transaction that applied it.';
comment on column entry_result.subject is 'E-mail address or DN the entry is about; null where it could not be read.';
comment on column entry_result.detail is 'Named values of the message (never a password).';

create table sequence_counter (
  customer_id bigint not null references customer,
  source text not null,
  type text not null,
  last bigint not null check (last >= 0),
  primary key (customer_id, source, type)
);
comment on table sequence_counter is 'The number of the last processed file per counter (chapter 3; open point 8).';

create table cap_usage (
  customer_id bigint not null references customer,
  period text not null check (period in ('hour', 'day')),
  starts_at timestamptz not null,
  used integer not null check (used >= 0),
  primary key (customer_id, period, starts_at)
);

create table outbox (
  id bigint generated always as identity primary key,
  customer_id bigint not null references customer,
  topic text not null check (topic in ('invitation', 'content', 'removal')),
  subscriber_id bigint references subscriber,
  payload jsonb not null,
  change_file_id bigint references change_file,
  entry integer,
  created_at timestamptz not null,
  next_try_at timestamptz not null,
  tries integer not null default 0,
  done_at timestamptz,
  outcome text
);
create index outbox_open on outbox (topic, next_try_at) where done_at is null;
comment on table outbox is 'What must follow from a committed change, in order, written in the same transaction.';

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  who text not null,
  action text not null,
  customer_id bigint,
  before jsonb,
  after jsonb
);
comment on table audit is 'Operators'' changes: who, when, what was before and after.';
