-- Groups, what a person's status follows from, and what files of a source may do.
create table user_group (
  id bigint primary key generated always as identity,
  customer_id bigint not null references customer,
  name text collate "C" not null check (name <> ''),
  is_default boolean not null default false,
  can_send boolean not null default true,
  unique (customer_id, name)
);
create unique index user_group_default on user_group (customer_id) where is_default;
comment on table user_group is 'Case and blanks of a name count. Nothing removes a group.';
comment on column user_group.can_send is 'Whether new members may send from it.';

create table group_membership (
  subscriber_id bigint not null references subscriber,
  group_id bigint not null references user_group,
  place integer not null,
  is_primary boolean not null,
  can_send boolean not null,
  is_admin boolean not null,
  primary key (subscriber_id, group_id)
);
create unique index group_membership_primary on group_membership (subscriber_id) where is_primary;
create index group_membership_group on group_membership (group_id);
comment on table group_membership is
  'Who has no row is in the default group alone, with the rights that it gives: most people, and all that other kinds of file add.';
comment on column group_membership.place is 'In the order in which the person came into the groups.';

insert into user_group (customer_id, name, is_default) select id, 'Default Group', true from customer;

alter table customer
  add column users jsonb not null default '{}',
  add column sources jsonb not null default '{}';
comment on column customer.users is 'What USERS files may do: create, update, createGroups, groupAdministrators, multipleGroups.';
comment on column customer.sources is 'Source → what its files may do; one that is not here may do all.';
alter table access_account add column sources text[];
comment on column access_account.sources is 'Uploads are for these sources only; null: for any.';

alter table subscriber
  add column company text not null default '',
  add column initials text not null default '',
  add column area_code text not null default '',
  add column can_sign boolean not null default true,
  add column ready_from_start boolean not null default false,
  add column first_sign_in_at timestamptz,
  add column claim_since timestamptz;
comment on column subscriber.ready_from_start is 'Counts as active without a sign-in.';
comment on column subscriber.claim_since is 'Taken over from another organisation; undecided for 14 days at most.';

-- Those who were there are as an organisation file would say them: active ones have signed in, pending ones are verified
-- where their domain is.
update subscriber set identity_verified = true, first_sign_in_at = created_at
 where state = 'active' or state_before_suspend = 'active';
update subscriber s set identity_verified = true from customer_domain d
 where d.customer_id = s.customer_id and d.owned and d.domain = substr(s.email, strpos(s.email, '@') + 1)
   and not s.identity_verified and s.state <> 'removed';
