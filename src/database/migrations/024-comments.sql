-- Comments of the first migrations cite documents that are not in the repository.
comment on table customer is 'An organisation whose files are processed. Its row lock is the right to work for it.';
comment on table subscription_compatibility is
  'What the operator allows ChangeSeat to turn into what (rules 6.7); holds both ways. For storage: the base subscriptions it fits.';
comment on table on_premises_entry is 'The synchronised customer directory of a hybrid organisation.';
comment on table subscriber is 'An account. Rows stay after removal: an id is never used again.';
comment on column directory_entry.dn_key is
  'The DN folded and with its root first: what is compared; what stands below a name is one range.';
comment on column directory_entry.attributes is 'Attribute → its values, as arrays, with names as the guide spells them.';
comment on table batch is 'The files of one customer processed in one go, with one report.';
comment on table change_file is 'States and their exits: src/change-file/change-file.ts.';
comment on column change_file.failures is 'Internal errors in a row while it was processed; at three it is set aside.';
comment on index outbox_notice is 'One mail per change file and subscriber, also where the file is processed in parts.';
comment on table sequence_counter is 'The number of the last processed file of each customer, source and type.';
