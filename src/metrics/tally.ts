/** How the entries of a slice ended, by operation and code: what the event of the slice says for the metrics. */
import type { EntriesTally } from '../events/catalog.ts';
import type { EntryResult } from '../change-file/entry.ts';
import { isSkipped } from '../change-file/result-code.ts';
import { listed, OPERATIONS } from './labels.ts';

/** Never a word of the file: an operation that is not known is `other`. */
export function tallyOf(results: readonly Pick<EntryResult, 'operation' | 'code'>[]): EntriesTally {
  const entries: EntriesTally['entries'] = {};
  const codes: EntriesTally['codes'] = {};
  for (const { operation, code } of results) {
    const counts = (entries[listed(OPERATIONS, operation)] ??= [0, 0]);
    if (code === 0 || isSkipped(code)) counts[0] += 1;
    else {
      counts[1] += 1;
      codes[code] = (codes[code] ?? 0) + 1;
    }
  }
  return { entries, codes };
}
