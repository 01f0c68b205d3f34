-- Sources, and when their files come.

-- An hour in which files of a source came: of the last weeks, from the events of their receipt.
create table feed_hour (
  customer_id bigint not null references customer (id) on delete cascade,
  source text not null,
  type text not null,
  hour timestamptz not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (customer_id, source, type, hour)
);

-- How a source stands, as it was last looked at.
create table feed (
  customer_id bigint not null references customer (id) on delete cascade,
  source text not null,
  type text not null,
  standing text not null default 'none',
  -- What is before is not asked for any more: a day, counted from 1970-01-01, and the place of a file in it.
  from_day integer not null default 0,
  from_slot integer not null default 0,
  -- The next file; null: none is expected.
  expected jsonb,
  -- Dates on which it should have sent, and did not.
  left_out text[] not null default '{}',
  missing_since timestamptz,
  -- Its rhythm, and of which day that is.
  learnt jsonb,
  last_at timestamptz not null,
  -- The last file whose size was looked at.
  sized bigint not null default 0,
  look_at timestamptz not null,
  primary key (customer_id, source, type)
);
create index feed_due on feed (look_at);
create index feed_standing on feed (standing) where standing <> 'none';
