-- Seats that their holders have not activated, terms of use, administrators of customers, notices to alternate addresses.

alter table seat
  drop constraint seat_state_check,
  add constraint seat_state_check check (state in ('active', 'assigned', 'entitle_pending'));
comment on column seat.state is
  'assigned: taken, but its holder has not followed the link of the invitation yet. entitle_pending: set by the account system only.';

alter table customer
  add column accept_terms boolean not null default false,
  add column administrator_id bigint;
comment on column customer.accept_terms is 'Accounts count as having accepted the terms of use from the moment they are added.';
comment on column customer.administrator_id is
  'The subscriber in whose name change files are carried out; null: the company contact with that role and the smallest id.';

alter table subscriber
  add column terms_accepted_at timestamptz,
  add column mailbox text;
comment on column subscriber.terms_accepted_at is 'At registration, or automatically where the customer accepts for everybody.';
comment on column subscriber.mailbox is 'Address of an iNotes mailbox where a Rename has left it behind; null: that of the account.';

alter table outbox
  drop constraint outbox_topic_check,
  add constraint outbox_topic_check check (topic in ('invitation', 'content', 'removal', 'notice'));
create unique index outbox_notice on outbox (change_file_id, subscriber_id) where topic = 'notice';
comment on index outbox_notice is 'One mail per change file and subscriber, also where the file is worked off in slices.';
