-- Which spool belongs to this database: the identity stands here and in the spool (src/admit/spool-place.ts).
create table spool_identity (
  singular boolean primary key default true check (singular),
  identity text not null,
  adopted_at timestamptz not null
);
comment on table spool_identity is
  'One row. An unmounted disk or a wrong folder lacks the identity, and then no file counts as deleted or lost. In no backup.';
