import type { FileHandle } from 'node:fs/promises';
import type { FailedEntry } from '../change-file/reported-file.ts';
import { symbolOf } from '../change-file/result-code.ts';
import { adviceFor } from '../messages/result-text.ts';
import { escapeHidden } from '../shown-text.ts';

const COLUMNS = ['entry', 'line', 'address', 'code', 'symbol', 'message', 'suggestion', 'sendRetryFileAs'];

/** Spreadsheets take a file without it for another encoding. */
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * What writes why entries failed, as a table for people and spreadsheets: a line for each fault, all of an entry together. RFC
 * 4180, and no cell is a formula.
 *
 * @param failed in pages
 * @param retryAs the name under which the retry file is to be sent; null: there is none
 */
export function errorsWriter(
  failed: AsyncIterable<FailedEntry[]> | Iterable<FailedEntry[]>,
  retryAs: string | null,
): (errors: FileHandle) => Promise<void> {
  return async (errors) => {
    await errors.write(BYTE_ORDER_MARK + rowOf(COLUMNS));
    for await (const page of failed)
      await errors.write(page.flatMap((entry) => faultRows(entry, retryAs)).join(''));
  };
}

/** The faults of an entry, the one first that gave it its code. */
export function faultRows({ entry, line, subject, refusal }: FailedEntry, retryAs: string | null): string[] {
  return [refusal, ...(refusal.also ?? [])].map((fault) => {
    const { message, suggestion } = adviceFor(fault);
    const where = [entry, line ?? '', escapeHidden(subject ?? '')];
    return rowOf([...where, fault.code, symbolOf(fault.code), message, suggestion, retryAs ?? '']);
  });
}

function rowOf(values: readonly (string | number)[]): string {
  return `${values.map((value) => cellOf(String(value))).join(',')}\r\n`;
}

function cellOf(text: string): string {
  const safe = /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
