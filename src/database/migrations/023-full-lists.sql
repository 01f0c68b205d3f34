-- Full lists of a source: whom they manage, what they did, and who was absent.
create table full_list (
  customer_id bigint not null references customer,
  source text not null,
  scope jsonb not null,
  file text not null,
  applied_at timestamptz not null,
  primary key (customer_id, source)
);
comment on table full_list is 'The last full list of each source that was applied.';
comment on column full_list.scope is 'What it kept, and of whom it was: where the next one says something else, its first absent person is held.';

create table absent_entry (
  change_file_id bigint not null references change_file,
  first_entry integer not null,
  subjects text[] not null,
  effects text[] not null,
  primary key (change_file_id, first_entry)
);
comment on table absent_entry is 'What a full list did to people who are not in it: the last lines of its trace.';

alter table directory_entry add column managed_by_source text, add column managed_by_object text;
comment on column directory_entry.managed_by_source is 'The source whose full lists decide whether the entry is still there; null: no list does.';
create index directory_entry_managed on directory_entry (customer_id, managed_by_source, managed_by_object) where managed_by_source is not null;
create index directory_entry_mail on directory_entry (customer_id, lower(attributes->'mail'->>0)) where class = 'person';

alter table subscriber add column suspended_by_source text;
comment on column subscriber.suspended_by_source is 'The source whose full list has suspended the account: only its lists resume it by themselves.';
