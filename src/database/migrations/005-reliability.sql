-- What keeps the promises: how long files are kept, what failed how often, and when regular work was last done.

alter table customer add column retention_days integer check (retention_days > 0);
comment on column customer.retention_days is 'null: the default of the configuration (retention.days).';

alter table change_file
  add column purged_at timestamptz,
  add column failures integer not null default 0,
  add column content_sha256 text;
comment on column change_file.purged_at is
  'Its time was over: file, trace and entry results are gone. The row stays, so the number, the counts and the report line are known.';
comment on column change_file.failures is 'Faults of ours in a row while it was in hand; at three it is set aside.';
comment on column change_file.content_sha256 is 'Of the bytes as read for their first entry.';

create index change_file_content on change_file (customer_id, content_sha256) where content_sha256 is not null;
create index change_file_kept on change_file (customer_id, finished_at) where state = 'filed' and purged_at is null;

create table job_run (
  job text primary key,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome jsonb not null default '{}'
);
comment on table job_run is 'The last run of each regular job; finished_at null: it runs, or died.';
