-- Open sessions end when their account is changed: every daemon looks at one number.

create table access_change (
  only_row boolean primary key default true check (only_row),
  changes bigint not null
);
insert into access_change (changes) values (0);
comment on table access_change is
  'Grows with every commit that changes an access account, or the folder of a customer. Never with one that fails.';

create function count_access_change() returns trigger language plpgsql as $$
begin
  update access_change set changes = changes + 1;
  return null;
end $$;
create trigger access_account_come_or_gone after insert or delete on access_account
  for each row execute function count_access_change();
create trigger access_account_changed after update on access_account
  for each row when (old.* is distinct from new.*) execute function count_access_change();
create trigger customer_folder_changed after update of folder on customer
  for each row when (old.folder is distinct from new.folder) execute function count_access_change();

-- Until now organisation files made all access accounts. What a file last said of them is not known: the next one counts
-- as edited.
insert into organisation_item (customer_id, kind, key, declaration)
  select customer_id, 'account', login, '' from access_account;
