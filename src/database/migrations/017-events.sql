-- What happens outside of the accounts: at the doors, to change files, by operators, by the program itself (src/events).
create sequence event_id as bigint;
create table event (
  id bigint not null,
  at timestamptz not null,
  type text not null,
  customer_id bigint,
  who text,
  address text,
  subject text,
  data jsonb not null,
  primary key (id, at)
) partition by range (at);
create index event_customer on event (customer_id, id) where customer_id is not null;
comment on table event is
  'Written in the transaction that makes it true. One partition a month, made ahead and dropped by a job. Types: src/events/catalog.ts.';
comment on column event.id is
  'From event_id, given after the transaction has its number (src/events/follow.ts). Below 0: taken over from door_audit and audit.';
comment on column event.who is 'Login as given at a door, operator, or part of the program.';
comment on column event.subject is 'What it is about: name of a file, path in the customer''s folder, login, fingerprint.';

-- What comes before its month has a partition lies here until the job puts it into one.
create table event_rest partition of event default;

create table event_follower (
  name text primary key,
  last bigint not null,
  missing jsonb not null default '[]'
);
comment on table event_follower is 'How far each follower has told events. No row: none yet.';
comment on column event_follower.last is 'The highest id that it has told.';
comment on column event_follower.missing is
  '[[from, to, bound]]: lower ids that were not there yet; nobody can bring them any more once all transactions before bound have ended.';

insert into event (id, at, type, customer_id, who, address, subject, data)
select row_number() over (order by at, source, id) - count(*) over () - 1, at, type, customer_id, who, address, subject, data
  from (
    select at, 1 as source, id,
           case event when 'signed in' then 'sign_in.accepted' when 'sign-in refused' then 'sign_in.refused'
             when 'uploaded' then 'upload.stored' when 'upload failed' then 'upload.failed'
             when 'downloaded' then 'download.sent' when 'download broken off' then 'download.failed'
             when 'deleted' then 'door.deleted' when 'renamed' then 'door.renamed'
             when 'quarantined' then 'file.quarantined' else event end as type,
           customer_id, nullif(login, '') as who, nullif(address, '') as address,
           case event when 'quarantined' then ltrim(path, '/') else path end as subject,
           detail || case protocol when '' then '{}' else jsonb_build_object('protocol', protocol, 'cipher', cipher) end
             as data
      from door_audit
    union all
    select at, 2, id,
           case action when 'hold' then 'customer.held' when 'release' then 'customer.released'
             when 'throttle' then 'caps.changed' when 'unban' then 'ban.lifted'
             when 'remove account' then 'account.removed' when 'reconcile' then 'spool.reconciled'
             when 'claim' then 'claim.decided' when 'activation-mail' then 'invitations.sent'
             when 'set-aside' then 'file.set_aside' when 'file-lost' then 'file.set_aside' else action end,
           customer_id, who, null, coalesce(before->>'file', after->>'file', before->>'login', before->>'subject', before->>'email'),
           case when action in ('set-aside', 'file-lost')
             then after - 'file' || jsonb_build_object('reason', case action when 'set-aside' then action else 'lost' end)
             else jsonb_build_object('before', before, 'after', after) end
      from audit
  ) old;
drop table door_audit;
drop table audit;
