/**
 * For a statement about what follows from a file: whether the file that a row names is worked off to its end.
 *
 * @param row alias of a table with a column `change_file_id`
 */
export const isFileFinished = (row: string): string =>
  `exists (select 1 from change_file f where f.id = ${row}.change_file_id and f.finished_at is not null)`;
