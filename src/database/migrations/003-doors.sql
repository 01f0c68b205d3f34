-- What the doors remember: failed sign-ins and bans, who has come from where, and who did what.

create table door_score (
  kind text not null check (kind in ('address', 'account', 'pair')),
  subject text not null,
  failures integer not null check (failures >= 0),
  failed_at timestamptz not null,
  bans integer not null default 0 check (bans >= 0),
  banned_until timestamptz,
  primary key (kind, subject)
);
create index door_score_banned on door_score (banned_until) where banned_until is not null;
comment on table door_score is 'Refused sign-ins since the last ban, and the ban they led to. All daemons share it.';
comment on column door_score.subject is
  'address: an IPv4 address or the /64 network of an IPv6 one. account: a login. pair: both, where the account is trusted there.';
comment on column door_score.bans is 'Bans so far; each is twice as long as the one before.';

create table door_trust (
  login text not null,
  address text not null,
  signed_in_at timestamptz not null,
  primary key (login, address)
);
comment on table door_trust is 'An account that has signed in from an address stays allowed there when others get the address banned.';

create table door_audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  event text not null,
  protocol text not null,
  address text not null,
  login text not null,
  customer_id bigint,
  cipher text not null,
  path text,
  detail jsonb not null default '{}'
);
create index door_audit_at on door_audit (at);
create index door_audit_customer on door_audit (customer_id, at) where customer_id is not null;
comment on table door_audit is 'Every sign-in, refusal, upload, download, deletion and renaming at the doors, and every file found infected.';
comment on column door_audit.login is 'As given, also where there is no such account.';
comment on column door_audit.cipher is 'TLS or SSH version with the negotiated algorithms.';
