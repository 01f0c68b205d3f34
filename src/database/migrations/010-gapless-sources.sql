-- Whether a source is known to number its files one by one: only then is a missing number worth a word.
alter table sequence_counter
  add column files bigint not null default 0,
  add column gapless boolean not null default true;
comment on column sequence_counter.files is 'How many files of the counter were processed.';
comment on column sequence_counter.gapless is 'Every number of its history followed the one before it. One gap, ever, and it stays false.';
comment on column sequence_counter.run is 'Not used any more.';

update sequence_counter c set files = known.files, gapless = c.run >= known.files - 1
  from (select customer_id, source, type, count(*) as files from change_file
         where decision in ('applied', 'held') and source is not null group by 1, 2, 3) known
 where (known.customer_id, known.source, known.type) = (c.customer_id, c.source, c.type);
create index change_file_counter on change_file (customer_id, source, type, sequence) where decision is not null;
