-- Whom an entry was about that was refused, as the journal names them.
alter table refused_entry
  add column about_kind smallint check (about_kind in (1, 2)),
  add column about_id bigint,
  add column about_name text;
comment on column refused_entry.about_kind is
  '1: a person, 2: an entry of the directory. null: the journal does not tell of it.';
comment on column refused_entry.about_id is 'subscriber.id or directory_entry.id; null: nobody was found.';
comment on column refused_entry.about_name is 'Where nobody was found, the name that the entry gives.';

create table journal_closing (
  number bigint generated always as identity primary key,
  day date not null unique,
  last bigint not null,
  missing jsonb not null,
  closed_at timestamptz not null,
  published_at timestamptz
);
comment on table journal_closing is
  'The journal of a day: the events up to here that no closing before has. What comes later goes into the journal of a later day.';
comment on column journal_closing.last is 'The highest event.id of it.';
comment on column journal_closing.missing is
  '[[from, to]]: lower ids that were not there yet, and are not of it.';
comment on column journal_closing.published_at is 'null: some customer may not have its archives yet.';

create table journal_archive (
  customer_id bigint not null references customer,
  day date not null references journal_closing (day),
  token text not null,
  records integer not null,
  published_at timestamptz not null,
  primary key (customer_id, day, token)
);
comment on table journal_archive is
  'Archives of the journal that lie in the customer''s folder. One that is missing there is made again; the row goes with the file (retention.journalDays).';
create index journal_archive_published on journal_archive (published_at);
