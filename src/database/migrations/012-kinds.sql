-- Which kinds of change file there are says the program, not the schema; in which order they run is stored with each file.
alter table change_file drop constraint change_file_type_check;
alter table change_file add column rank smallint not null default 0;
comment on column change_file.rank is 'Lower ones of a batch run first; 0: the name breaks the grammar.';
-- Of all rows: one that was withdrawn may come back.
update change_file set rank = case type when 'DI' then 10 else 20 end where type is not null;
drop index change_file_next;
create index change_file_next on change_file (batch_id, rank, sequence, source collate "C", id) where state = 'waiting';
