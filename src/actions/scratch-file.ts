import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** @returns a file that nobody else finds: it has no name any more, and ends with its handle */
export async function openScratchFile(folder: string): Promise<FileHandle> {
  const place = path.join(folder, `.scratch-${randomUUID()}`);
  const handle = await open(place, 'wx+', 0o600);
  await unlink(place);
  return handle;
}

/** @returns false where there are more bytes than that: they are not written */
export async function fill(
  file: FileHandle,
  content: AsyncIterable<Buffer>,
  bytesMax: number,
): Promise<boolean> {
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > bytesMax) return false;
    await file.write(chunk);
  }
  return true;
}
