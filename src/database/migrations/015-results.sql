-- What became of the entries: one row per slice of a file, and one for each entry that was refused.
create table entry_slice (
  change_file_id bigint not null references change_file,
  first_entry integer not null,
  entries integer[] not null,
  lines integer[] not null,
  starts bigint[] not null,
  sizes integer[] not null,
  codes integer[] not null,
  primary key (change_file_id, first_entry)
);
comment on table entry_slice is
  'Results of the entries that were decided in one transaction, entry by entry at the same place of each array. Goes with the file (retention.days).';
comment on column entry_slice.entries is 'Numbers of the entries; one that the rules ignore has no result.';
comment on column entry_slice.starts is 'First byte of each in the change file, and sizes in bytes: what the trace repeats.';

create table refused_entry (
  customer_id bigint not null,
  change_file_id bigint not null,
  started_at timestamptz not null,
  entry integer not null,
  line integer not null,
  code integer not null,
  operation text,
  subject text,
  detail jsonb,
  primary key (change_file_id, entry, started_at)
) partition by range (started_at);
comment on table refused_entry is
  'One partition a month, made ahead and dropped by a job (retention.historyDays). Without foreign keys: partitions go without a look at other tables.';
comment on column refused_entry.started_at is 'That of the change file, also for its later slices: so a file''s rows lie in one partition.';
comment on column refused_entry.subject is 'E-mail address or DN the entry is about; null where it could not be read.';
comment on column refused_entry.detail is 'Named values of the message (never a password).';
-- A person's refused entries are found however long the ledger is. Blanks and case of a DN are folded roughly.
create index refused_entry_subject on refused_entry
  (customer_id, (regexp_replace(lower(subject), ' *([,=+]) *', '\1', 'g'))) where subject is not null;
-- What comes before its month has a partition lies here until the job puts it into one.
create table refused_entry_rest partition of refused_entry default;

update change_file set started_at = coalesce(finished_at, received_at)
 where started_at is null and id in (select change_file_id from entry_result);
insert into refused_entry (customer_id, change_file_id, started_at, entry, line, code, operation, subject, detail)
select f.customer_id, f.id, f.started_at, r.entry, r.line, r.code, r.operation, r.subject, r.detail
  from entry_result r join change_file f on f.id = r.change_file_id where r.code <> 0;
insert into entry_slice (change_file_id, first_entry, entries, lines, starts, sizes, codes)
select r.change_file_id, min(r.entry), array_agg(r.entry order by r.entry), array_agg(r.line order by r.entry),
       array_agg(r.first_byte order by r.entry), array_agg(r.byte_count order by r.entry), array_agg(r.code order by r.entry)
  from entry_result r join change_file f on f.id = r.change_file_id where f.purged_at is null
 group by r.change_file_id, (r.entry - 1) / 1000;
drop table entry_result;

create view entry_result as
select change_file_id, r.entry, r.line, r.first_byte, r.byte_count, r.code
  from entry_slice, unnest(entries, lines, starts, sizes, codes) as r (entry, line, first_byte, byte_count, code);
comment on view entry_result is 'The results entry by entry, to look at. The program reads the slices.';

drop index change_file_refusals;
alter table change_file drop column refusals_purged_at;
