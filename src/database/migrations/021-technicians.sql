-- Technicians beside the accounts, their groups and licences, and which source's full list manages a person.
create table technician_group (
  customer_id bigint not null references customer,
  id bigint not null check (id > 0),
  name text not null check (name <> ''),
  primary key (customer_id, id)
);
comment on table technician_group is 'The organisation file numbers and names them. Nothing removes a group.';

create table technician (
  subscriber_id bigint primary key,
  customer_id bigint not null,
  group_id bigint not null,
  home_group_id bigint,
  status text not null check (status in ('enabled', 'disabled')),
  name text not null check (name <> ''),
  nickname text not null default '',
  sso_id text,
  sso_id_key text,
  description text not null default '',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  foreign key (subscriber_id, customer_id) references subscriber (id, customer_id),
  foreign key (customer_id, group_id) references technician_group,
  foreign key (customer_id, home_group_id) references technician_group,
  check ((sso_id is null) = (sso_id_key is null))
);
create unique index technician_sso_id on technician (customer_id, sso_id_key) where sso_id_key is not null;
create index technician_of_group on technician (customer_id, group_id);
comment on table technician is 'A status of its own: a disabled technician keeps account, mail and other seats.';
comment on column technician.home_group_id is 'Group at the first full list that named the technician: in another one somebody has moved them by hand.';
comment on column technician.nickname is 'Empty: as the name.';
comment on column technician.sso_id_key is 'The id folded: it is compared without case.';

alter table subscription drop constraint subscription_kind_check;
alter table subscription
  add column license text check (license in ('standard', 'mobile')),
  add constraint subscription_kind_check check (
    kind in ('collaboration', 'mail', 'bundle', 'accessory', 'storage', 'third_party', 'license')),
  add constraint subscription_license check ((kind = 'license') = (license is not null));
comment on column subscription.license is 'What technicians may use with a seat. Provisioning files cannot name such a subscription.';

alter table subscriber
  add column managed_by_source text,
  add column managed_by_object text,
  add constraint subscriber_managed check (managed_by_object is null or managed_by_source is not null);
create unique index subscriber_managed_by on subscriber (customer_id, managed_by_source, managed_by_object)
  where managed_by_source is not null and state <> 'removed';
comment on column subscriber.managed_by_source is 'The source whose full lists decide whether the person is still there; null: no list does.';
comment on column subscriber.managed_by_object is 'Id of the person in the directory of that source; null where its lists have none.';
