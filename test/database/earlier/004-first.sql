-- Whose turn it is, and what operators set for it.

create table turn_queue (
  customer_id bigint primary key references customer,
  phase text not null default 'idle' check (phase in ('idle', 'settling', 'running', 'deferred', 'failing')),
  next_turn_at timestamptz not null default now(),
  waiting_since timestamptz,
  failures integer not null default 0
);
create index turn_queue_next on turn_queue (next_turn_at) where phase <> 'idle';
comment on table turn_queue is
  'The line of customers, ordered by the moment of their next turn. A lock on the row is the right to work for the customer.';

alter table customer
  add column time_zone text not null default 'UTC',
  add column strict_sequences jsonb not null default '{}';
comment on column customer.time_zone is 'Whose clock hours and days the caps follow.';
comment on column customer.strict_sequences is 'Source -> seconds that the line waits for a missing sequence number.';

alter table change_file add column deferred_for text check (deferred_for in ('hour', 'day', 'sequence'));
comment on column change_file.deferred_for is 'What a deferred file waits for.';

alter table sequence_counter add column run integer not null default 0;
comment on column sequence_counter.run is 'How many numbers in a row have come without a gap; only then a gap is worth a word.';
