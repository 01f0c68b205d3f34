-- What a file did is taken back: an undo is work of the customer's turn, and what it did is told change by change.
create table undo (
  id bigint primary key generated always as identity,
  customer_id bigint not null references customer,
  change_file_id bigint not null,
  state text not null check (state in ('waiting', 'applied', 'done', 'failed')),
  entries jsonb,
  who text,
  address text,
  reason text not null default '',
  answer text,
  requested_at timestamptz not null,
  applied_at timestamptz,
  taken_back integer not null default 0,
  left_out integer not null default 0,
  failures smallint not null default 0
);
create index undo_open on undo (customer_id, id) where state in ('waiting', 'applied');
create index undo_of_customer on undo (customer_id, requested_at);
create unique index undo_answer on undo (customer_id, answer) where answer is not null;
comment on table undo is 'What was asked to be taken back. waiting: the next turn does it; applied: done, its report and trace are written from undo_change; failed: set aside after faults of ours.';
comment on column undo.entries is 'Ranges of entries, [[3,3],[7,9]]; null: the whole file.';
comment on column undo.who is 'The operator, or the login that uploaded FILE.undo; null: that was put there by other means.';
comment on column undo.answer is 'The FILE.undo that has asked for it, so that it is not heard twice.';

create table undo_change (
  undo_id bigint not null references undo,
  seq bigint not null,
  kind smallint not null check (kind in (1, 2)),
  subject_id bigint not null,
  entry integer not null,
  line integer not null,
  operation text not null,
  subject text not null,
  taken_back boolean not null,
  remarks jsonb not null default '[]',
  primary key (undo_id, seq)
);
create index undo_change_subject on undo_change (kind, subject_id) where taken_back;
comment on table undo_change is 'What an undo did about each change of its file: one that was taken back counts as though it had never been.';
comment on column undo_change.seq is 'change.seq of the change that the file has made.';
comment on column undo_change.subject is 'Address or DN, as it was when the undo began.';
comment on column undo_change.remarks is 'Why it was left out, or what of it could not come back: codes with values.';

alter table change add column undo_id bigint;
comment on column change.undo_id is 'The undo that has made the change; entry and line are those of the first change that it took back.';

alter table customer
  add column removal_finish_seconds integer check (removal_finish_seconds >= 0),
  add column undo jsonb not null default '{}';
comment on column customer.removal_finish_seconds is 'How long an address stays taken after Remove; null: as configured.';
comment on column customer.undo is 'byFile: whether FILE.undo is heard.';
