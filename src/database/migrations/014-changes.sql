-- Every change of a person, a seat or a directory entry, before and after (src/accounts/changes).
create table change (
  customer_id bigint not null,
  subject_id bigint not null,
  seq bigint not null,
  file_id bigint,
  entry integer,
  line integer,
  kind smallint not null check (kind in (1, 2)),
  operation text not null,
  who text,
  diff json not null,
  primary key (customer_id, seq),
  check ((file_id is null) = (who is not null))
) partition by range (seq);
create index change_subject on change (customer_id, subject_id, seq);
comment on table change is
  'One partition a month, made ahead and dropped by a job. Without foreign keys: partitions go without a look at other tables.';
comment on column change.seq is
  'The moment in microseconds since 1970, later than the customer''s last one: in the order of the commits. to_timestamp(seq / 1e6) shows it.';
comment on column change.subject_id is 'subscriber.id where kind is 1, directory_entry.id where it is 2.';
comment on column change.file_id is 'The change file; who sent it stands there. null: no file, see who.';
comment on column change.who is 'The operator or the part of the program that made the change without a file.';
comment on column change.diff is
  'Field → [before, after], null where there was or is nothing; of attributes of directory entries [values that went, values that came]. "changed" where values are kept from everybody.';

-- What comes before its month has a partition lies here until the job puts it into one.
create table change_rest partition of change default;

create table change_name (
  customer_id bigint not null,
  kind smallint not null,
  name text collate "C" not null,
  subject_id bigint not null,
  primary key (customer_id, kind, name, subject_id)
);
comment on table change_name is
  'Every address or folded DN that a subject of changes has had, also one that is gone. A name may have had several subjects.';
insert into change_name (customer_id, kind, name, subject_id) select customer_id, 1, email, id from subscriber;

create sequence directory_entry_id as bigint;
alter table directory_entry add column id bigint not null default nextval('directory_entry_id');
comment on column directory_entry.id is 'Stays the same when the entry is renamed.';
insert into change_name (customer_id, kind, name, subject_id) select customer_id, 2, dn_key, id from directory_entry;

alter table change_file
  add column login text,
  add column address text,
  add column refusals_purged_at timestamptz;
comment on column change_file.login is 'Who uploaded it at a door; null: it was put there by other means.';
comment on column change_file.address is 'The network address it was uploaded from.';
comment on column change_file.refusals_purged_at is
  'The results of refused entries are gone; the others went at purged_at.';
create index change_file_refusals on change_file (customer_id, finished_at)
  where purged_at is not null and refusals_purged_at is null;

-- A person's refused entries are found however long the ledger is. Blanks and case of a DN are folded roughly.
create index entry_result_refused on entry_result (regexp_replace(lower(subject), ' *([,=+]) *', '\1', 'g'))
  where code <> 0;
