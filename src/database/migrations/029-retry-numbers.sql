-- The number under which the failed entries of a file are best sent again: report, errors file and status name the same.
alter table change_file add column retry_number bigint;
