import { createHash } from 'node:crypto';
import type { ChangeFile } from '../change-file/change-file.ts';
import type { Transaction } from '../database/open.ts';

/** SHA-256 in hexadecimal. */
export async function digestOf(bytes: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * Stores what the file says, as a digest, and notes in the ledger where an earlier file has said the same. That is
 * allowed and changes nothing, so the report, whose lines are documented, does not speak of it; the log does.
 *
 * @returns the name of the last file that said the same; null: none
 */
export async function noteContent(
  tx: Transaction,
  file: ChangeFile,
  batch: number,
  digest: string,
  now: Date,
): Promise<string | null> {
  await tx.query('update change_file set content_sha256 = $2 where id = $1', [file.id, digest]);
  const { rows } = await tx.query<{ name: string }>(
    `insert into batch_note (batch_id, change_file_id, at, kind, detail)
     select $1, $2, $3, 'same-content', json_build_object('kind', 'same-content', 'name', name)
       from change_file
      where customer_id = $4 and content_sha256 = $5 and id <> $2 and decision = 'applied' and total > 0
      order by finished_at desc limit 1
     returning detail->>'name' as name`,
    [batch, file.id, now, file.customer, digest],
  );
  return rows[0]?.name ?? null;
}
