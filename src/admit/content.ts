import { createHash } from 'node:crypto';
import type { ChangeFile } from '../change-file.ts';
import type { Transaction } from '../database/open.ts';

/** SHA-256 in hexadecimal. */
export async function digestOf(bytes: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * Stores what the file says, as a digest, and notes in the ledger where an earlier file has said the same. That is
 * allowed and changes nothing, so the report, whose lines are documented, does not speak of it.
 */
export async function noteContent(
  tx: Transaction,
  file: ChangeFile,
  batch: number,
  digest: string,
  now: Date,
): Promise<void> {
  await tx.query('update change_file set content_sha256 = $2 where id = $1', [file.id, digest]);
  await tx.query(
    `insert into batch_note (batch_id, change_file_id, at, kind, detail)
     select $1, $2, $3, 'same-content', json_build_object('kind', 'same-content', 'name', name)
       from change_file
      where customer_id = $4 and content_sha256 = $5 and id <> $2 and decision = 'applied' and total > 0
      order by finished_at desc limit 1`,
    [batch, file.id, now, file.customer, digest],
  );
}
