-- A receipt for every file that is decided, signed, each naming the one before it.
create table receipt (
  customer_id bigint not null references customer,
  number bigint not null,
  change_file_id bigint not null,
  name text not null,
  hash text not null,
  content text not null,
  at timestamptz not null,
  primary key (customer_id, number)
);
create unique index receipt_of_file on receipt (change_file_id);
create unique index receipt_name on receipt (customer_id, name);
comment on table receipt is 'What was given out for a file, as it lies in _report. Rows go with their files; the last one of a customer stays, as the next names its hash.';
comment on column receipt.hash is 'SHA-256 of the signed bytes; the next one of the customer names it as the one before.';

alter table change_file add column filed_sha256 text, add column trace_sha256 text;
comment on column change_file.filed_sha256 is 'Of a file of which nothing was read, or that changed meanwhile: as it was filed.';
comment on column change_file.trace_sha256 is 'null: it has none.';
