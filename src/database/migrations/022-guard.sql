-- A file that would hit too many people waits for a person.
alter table change_file
  add column held_until timestamptz,
  add column hold jsonb,
  add column ruling jsonb;
comment on column change_file.held_until is 'When nobody has answered by then it is discarded.';
comment on column change_file.hold is 'Why it is, or was, held: how many people it would hit.';
comment on column change_file.ruling is 'What was decided of a held file; its turn carries it out.';
create index change_file_held on change_file (held_until) where state = 'held';

alter table access_account drop constraint access_account_rights_check;
alter table access_account add constraint access_account_rights_check
  check (rights <@ '{upload,download,delete,journal,decide}');
