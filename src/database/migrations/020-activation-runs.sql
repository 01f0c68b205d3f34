-- Activation mails to all who are not verified are sent slice by slice: what was interrupted goes on where it was.
create table activation_run (
  customer_id bigint primary key references customer,
  begun_at timestamptz not null,
  after_id bigint not null,
  sent integer not null,
  left_out integer not null
);
comment on table activation_run is 'Activation mails that are being sent, or were interrupted. Without a row, none are.';
comment on column activation_run.after_id is 'The last person who was looked at, in the order of the ids.';
