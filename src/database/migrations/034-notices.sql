-- Who is told of what happens, by mail or by webhook, and what each is still to be told (src/notices).
create table notice_endpoint (
  id bigint generated always as identity primary key,
  customer_id bigint references customer on delete cascade,
  kind text not null check (kind in ('mail', 'webhook')),
  name text not null,
  target text not null,
  types text[] not null,
  format text not null default 'standard' check (format in ('standard', 'cloudevents')),
  secret text,
  created_at timestamptz not null,
  failures integer not null default 0,
  last_ok_at timestamptz,
  last_failure text,
  mail_after timestamptz,
  disabled_at timestamptz,
  disabled_why text,
  untold_since timestamptz
);
create unique index notice_endpoint_name on notice_endpoint (coalesce(customer_id, 0), kind, name);
comment on column notice_endpoint.customer_id is 'Null: of the operators, who are told of all customers.';
comment on column notice_endpoint.target is 'Mail address, or URL.';
comment on column notice_endpoint.secret is 'Name of the file with the secrets; they stand nowhere in the database.';
comment on column notice_endpoint.created_at is 'Events before it are not told.';
comment on column notice_endpoint.failures is 'Tries that failed since the last one that did not.';
comment on column notice_endpoint.mail_after is 'The next mail leaves no earlier, so that many notices become one digest.';
comment on column notice_endpoint.untold_since is 'Too much waited: events from then on were not kept for it.';

create table notice_delivery (
  id bigint generated always as identity primary key,
  endpoint_id bigint not null references notice_endpoint on delete cascade,
  event_id bigint not null,
  customer_id bigint,
  at timestamptz not null,
  type text not null,
  subject text not null,
  order_key text not null,
  data jsonb not null,
  mail bigint,
  first_try_at timestamptz,
  next_try_at timestamptz not null,
  tries integer not null default 0,
  last_failure text,
  done_at timestamptz,
  outcome text check (outcome in ('delivered', 'given_up', 'expired'))
);
create unique index notice_delivery_event on notice_delivery (endpoint_id, event_id);
create index notice_delivery_due on notice_delivery (endpoint_id, next_try_at, id) where done_at is null;
create index notice_delivery_tried on notice_delivery (endpoint_id, next_try_at, id) where done_at is null and tries > 0;
create index notice_delivery_order on notice_delivery (endpoint_id, order_key, id) where done_at is null;
create index notice_delivery_done on notice_delivery (done_at) where done_at is not null;
comment on table notice_delivery is
  'Put in by a follower of the events, in the transaction that moves its position: each event once for each endpoint.';
comment on column notice_delivery.order_key is 'Those of one file, in which an endpoint is told them one after the other.';
comment on column notice_delivery.mail is 'The first event of the mail in which it goes out, as it is sent again.';

-- What has happened so far is told to nobody.
insert into event_follower (name, last, missing)
  select 'notices', max(id), '[]' from event having max(id) > 0;
