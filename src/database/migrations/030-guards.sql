-- Guards for every kind of file: what they are set to, and what they go by.
alter table customer add column guards jsonb not null default '{}';
comment on column customer.guards is 'What a file may take before it waits for a person; false: nothing is held. Sources may say otherwise (sources.*.guards).';

alter table sequence_counter add column sizes integer[] not null default '{}';
comment on column sequence_counter.sizes is 'Entries of the last files that were carried out, the newest first: how large files of the source are.';

alter table change_file add column removals integer not null default 0;
comment on column change_file.removals is 'How many people it has removed, suspended or disabled.';
create index change_file_removals on change_file (customer_id, source, finished_at) where removals > 0;
create index change_file_undecided on change_file (customer_id, source, type) where state = 'held' and held_until is null;

comment on column change_file.held_until is
  'Of a held full list: when nobody has answered by then it is discarded. null: it is held until somebody decides, and later files of its source and type wait behind it.';
comment on column change_file.hold is 'Why it is, or was, held: what it would take, and who has approved it where one is not enough.';
