-- A row that is changed finds room on its page, and no index is written for it. Rows of before move when they are changed.
alter table subscriber set (fillfactor = 85);

-- Only who has a Notes name stands in the index.
drop index subscriber_notes_dn;
create unique index subscriber_notes_dn on subscriber (customer_id, notes_dn_key)
  where state <> 'removed' and notes_dn_key is not null;

-- Whoever has an address is found in subscriber: it is written down here when it is given up, which is rare, not when it comes.
comment on table change_name is
  'Addresses that subscribers have given up (those of before also while they had them), and every folded DN that an entry of the directory has had. A name may have had several subjects.';
