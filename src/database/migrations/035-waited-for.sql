-- What has kept a file from its turn, when it is long decided: how long files take from upload to report is measured apart.
alter table change_file add column waited_for text
  check (waited_for in ('hour', 'day', 'sequence', 'scanner', 'decision', 'pause'));
comment on column change_file.waited_for is 'What it has waited for, besides its turn; null: nothing. The first thing, where there were several.';
