-- A customer whose files wait, and what operators say of numbers that have not come.
alter table customer add column pause jsonb;
comment on column customer.pause is 'Since when its files wait, who has paused it and why: since, by, reason; null: they do not. An organisation file leaves it as it is.';

create table sequence_ruling (
  id bigint primary key generated always as identity,
  customer_id bigint not null references customer,
  source text not null,
  type text not null,
  first_number bigint not null check (first_number >= 0),
  last_number bigint not null,
  verdict text not null check (verdict in ('skip', 'wait')),
  until timestamptz,
  who text not null,
  reason text not null,
  ruled_at timestamptz not null,
  check (last_number >= first_number),
  check ((verdict = 'wait') = (until is not null))
);
create index sequence_ruling_numbers on sequence_ruling (customer_id, source, type, last_number);
comment on table sequence_ruling is 'What an operator says of sequence numbers that have not come. Of several rulings on a number the last one counts; one whose number has come means nothing any more.';
comment on column sequence_ruling.verdict is 'skip: it does not come, nothing waits for it or warns of it; wait: those behind it wait until then, whatever the customer has declared.';
