-- The account store: customers, what they bought, the people who hold it, and who may sign in at the doors.

create table customer (
  id bigint primary key check (id > 0),
  name text not null,
  folder text not null unique check (folder ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  state text not null default 'active' check (state in ('active', 'held')),
  contact_language text not null default 'en_US',
  email_verification boolean not null default true,
  federation text not null default 'non_federated'
    check (federation in ('non_federated', 'federated', 'modified_federated', 'partial')),
  notes text not null default 'service_only' check (notes in ('none', 'service_only', 'hybrid')),
  inotes boolean not null default true,
  accessories boolean not null default true,
  types text[] not null default '{PRV,DI}',
  hourly_cap integer check (hourly_cap > 0),
  daily_cap integer check (daily_cap > 0),
  per_file_cap integer check (per_file_cap > 0),
  created_at timestamptz not null default now()
);
comment on table customer is 'An organisation (chapter 2). Its row lock is the right to work for it.';
comment on column customer.state is 'held: provisioning files are refused with 1001.';
comment on column customer.notes is 'none: Notes mail is not enabled (1086). hybrid: names must stand in on_premises_entry.';
comment on column customer.hourly_cap is 'null: the default of the configuration (throttle.hourly).';

create table customer_domain (
  customer_id bigint not null references customer,
  domain text not null check (domain = lower(domain)),
  owned boolean not null,
  mail boolean not null,
  primary key (customer_id, domain),
  check (owned or mail)
);

create table access_account (
  login text primary key,
  customer_id bigint not null references customer,
  password_hash text,
  keys text[] not null default '{}',
  rights text[] not null check (rights <@ '{upload,download,delete,journal}'),
  networks text[] not null default '{}'
);
create index access_account_customer on access_account (customer_id);
comment on table access_account is 'Who signs in at the doors. password_hash is an argon2id PHC string.';
comment on column access_account.networks is 'CIDR networks the account may come from; empty: from anywhere.';

create table subscription (
  customer_id bigint not null references customer,
  id bigint not null check (id > 0),
  kind text not null check (kind in ('collaboration', 'mail', 'bundle', 'accessory', 'storage', 'third_party')),
  name text not null default '',
  seats integer not null default 0 check (seats >= 0),
  seats_taken integer not null default 0 check (seats_taken >= 0),
  active boolean not null default true,
  mail text check (mail in ('notes', 'inotes')),
  parts text[] not null default '{}' check (parts <@ '{collaboration,notes,inotes}'),
  accessory text,
  needs text[] not null default '{}',
  pool text check (pool in ('files', 'mail')),
  gigabytes integer not null default 0 check (gigabytes >= 0),
  primary key (customer_id, id),
  constraint seats_within_what_was_bought check (seats_taken <= seats),
  check ((kind = 'mail') = (mail is not null)),
  check ((kind = 'accessory') = (accessory is not null)),
  check ((kind = 'storage') = (pool is not null)),
  check (kind = 'bundle' or parts = '{}')
);
comment on column subscription.seats_taken is 'Counted along with every seat; the check makes overselling impossible.';
comment on column subscription.needs is 'Base seats an accessory fits: collaboration, mail, notes, inotes or a subscription id; one is enough.';

create table subscription_compatibility (
  customer_id bigint not null,
  subscription_id bigint not null,
  compatible_id bigint not null,
  primary key (customer_id, subscription_id, compatible_id),
  foreign key (customer_id, subscription_id) references subscription on delete cascade,
  foreign key (customer_id, compatible_id) references subscription on delete cascade
);
comment on table subscription_compatibility is 'The operator''s table for ChangeSeat (6.7); holds both ways. For storage: the base subscriptions it fits.';

create table notes_template (
  customer_id bigint not null references customer,
  name text not null,
  versions text[] not null default '{}',
  locales text[] not null default '{}',
  primary key (customer_id, name)
);
create table forms_file (
  customer_id bigint not null references customer,
  name text not null,
  primary key (customer_id, name)
);
create table on_premises_entry (
  customer_id bigint not null references customer,
  dn_key text not null,
  dn text not null,
  email text not null,
  primary key (customer_id, dn_key)
);
comment on table on_premises_entry is 'The synchronised customer directory of a hybrid organisation (chapter 9.3).';

create sequence subscriber_id as bigint;
create table subscriber (
  id bigint primary key default nextval('subscriber_id'),
  customer_id bigint not null references customer,
  email text not null check (email = lower(email)),
  alternate_email text,
  given_name text not null,
  family_name text not null,
  roles text[] not null default '{user}'
    check (roles <@ '{user,application_developer,administrator_assistant,administrator}' and roles <> '{}'),
  company_contact boolean not null default false,
  state text not null check (state in ('pending', 'active', 'suspended', 'remove_pending', 'removed')),
  state_before_suspend text check (state_before_suspend in ('pending', 'active')),
  federation_type text not null check (federation_type in ('NON_FEDERATED', 'FEDERATED', 'MODIFIED_FEDERATED')),
  language text not null default '',
  time_zone text not null default '',
  department text not null default '',
  job_title text not null default '',
  country text not null default '',
  telephone text not null default '',
  mobile text not null default '',
  fax text not null default '',
  address text not null default '',
  invitation_state text not null default 'none' check (invitation_state in ('none', 'pending', 'expired', 'used')),
  invitation_sent_to text,
  invitation_sent_at timestamptz,
  invitation_expires_at timestamptz,
  invitation_suppressed boolean not null default false,
  invitation_token_hash bytea,
  password_state text not null default 'none' check (password_state in ('none', 'temporary', 'set', 'expired')),
  password_hash text,
  password_changed_at timestamptz,
  identity_verified boolean not null default false,
  notes_dn text,
  notes_dn_key text,
  notes_template text,
  notes_version text,
  notes_locale text,
  notes_forms text,
  origin text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  removed_at timestamptz,
  last_change_file text,
  last_change_line integer,
  last_change_at timestamptz,
  unique (id, customer_id),
  check ((state = 'suspended') = (state_before_suspend is not null)),
  check ((password_state = 'none') = (password_hash is null))
);
create unique index subscriber_email on subscriber (email) where state <> 'removed';
create index subscriber_customer on subscriber (customer_id) where state <> 'removed';
create unique index subscriber_notes_dn on subscriber (customer_id, notes_dn_key) where state <> 'removed';
create index subscriber_company_contact on subscriber (customer_id) where company_contact and state <> 'removed';
create index subscriber_administrator on subscriber (customer_id)
  where roles @> '{administrator}' and state <> 'removed';
comment on column subscriber.notes_dn_key is 'The DN without case and needless blanks; unique within the customer.';
comment on table subscriber is 'An account (accounts/account-fields.csv). Rows stay after removal: an id is never used again.';

create table password_history (
  subscriber_id bigint not null references subscriber,
  set_at timestamptz not null,
  password_hash text not null,
  primary key (subscriber_id, set_at)
);

create table seat (
  subscriber_id bigint not null,
  customer_id bigint not null,
  subscription_id bigint not null,
  state text not null default 'active' check (state in ('active', 'entitle_pending')),
  extra_files_gb integer not null default 0 check (extra_files_gb >= 0),
  extra_mail_gb integer not null default 0 check (extra_mail_gb >= 0),
  assigned_at timestamptz not null,
  last_change_file text,
  last_change_line integer,
  primary key (subscriber_id, subscription_id),
  foreign key (subscriber_id, customer_id) references subscriber (id, customer_id),
  foreign key (customer_id, subscription_id) references subscription (customer_id, id)
);
create index seat_subscription on seat (customer_id, subscription_id);
create index seat_extra_storage on seat (customer_id) where extra_files_gb > 0 or extra_mail_gb > 0;

create table directory_entry (
  customer_id bigint not null references customer,
  dn_key text not null,
  parent_key text not null,
  dn text not null,
  class text not null check (class in ('person', 'group')),
  attributes jsonb not null,
  created_at timestamptz not null,
  last_change_file text,
  last_change_line integer,
  last_change_at timestamptz,
  primary key (customer_id, dn_key)
);
create index directory_entry_parent on directory_entry (customer_id, parent_key text_pattern_ops);
comment on column directory_entry.dn_key is 'The DN with case and blanks folded (chapter 11, rule 7): what is compared.';

create table organisation_item (
  customer_id bigint not null,
  kind text not null,
  key text not null,
  declaration text not null,
  primary key (customer_id, kind, key)
);
comment on table organisation_item is
  'What an organisation file last said of each item (as a hash): a file loaded again at start only changes what was edited since.';
