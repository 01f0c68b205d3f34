import {
  parseChangeFileName,
  PROCESSED,
  REPORT,
  type ChangeFileTypes,
  type KeptFolder,
} from '../change-file/change-file.ts';
import { isPublicKeyName, isReceiptName } from '../change-file/receipt-names.ts';
import { filesBeside, traceName } from '../change-file/companions.ts';
import type { Difference } from '../ledger/difference-rows.ts';

/** @param namesInLedger what the folder should hold: change files with their traces, or reports */
export function differences(
  folder: KeptFolder,
  namesInSpool: readonly string[],
  namesInLedger: ReadonlySet<string>,
): Difference[] {
  const present = new Set(namesInSpool);
  return namesInSpool.flatMap((name): Difference[] => {
    if (namesInLedger.has(name)) return [];
    // Of receipts their report tells; keys no ledger knows.
    if (folder === REPORT && (isReceiptName(name) || isPublicKeyName(name))) return [];
    if (folder === REPORT) return [{ folder, name, kind: 'report', traced: false }];
    const traced = filesBeside(name);
    if (traced.length === 0) return [{ folder, name, kind: 'file', traced: present.has(traceName(name)) }];
    return traced.some((file) => present.has(file)) ? [] : [{ folder, name, kind: 'trace', traced: false }];
  });
}

/** Why a file stays where it is. */
export type ReasonToKeep = 'report-kept' | 'trace-alone' | 'refused' | 'no-trace' | 'long-name';

/** What can be done about a difference. */
export type Remedy = { action: 'put-back'; as: string } | { action: 'keep'; why: ReasonToKeep };

/** What file systems allow, less one character: a trace with so long a name may be that of a shortened one. */
const TRACE_BYTES_SURE = 255 - 4;

/**
 * Only what was carried out is put back. What was refused as a whole changed nothing; with the lost numbers it might
 * pass the gate that refused it, although its report has told the customer to send it anew.
 */
export function remedyFor(
  { folder, name, kind, traced, refused = false }: Difference,
  types: ChangeFileTypes,
): Remedy {
  if (kind === 'report') return { action: 'keep', why: 'report-kept' };
  if (kind === 'trace') return { action: 'keep', why: 'trace-alone' };
  if (refused) return { action: 'keep', why: 'refused' };
  if (folder !== PROCESSED && !traced) return { action: 'keep', why: 'no-trace' };
  if (Buffer.byteLength(traceName(name)) > TRACE_BYTES_SURE) return { action: 'keep', why: 'long-name' };
  return { action: 'put-back', as: originalName(name, types) };
}

/** Without the number that it got where its name was taken. A name that is valid has none: the number breaks the grammar. */
function originalName(name: string, types: ChangeFileTypes): string {
  if (parseChangeFileName(name, types)) return name;
  const original = name.replace(/_\d+(\.[^.]+)$/u, '$1');
  return parseChangeFileName(original, types) ? original : name;
}

/** By rank, then by ascending number: as one batch would run them (rules 12). */
export function inOrderOfBatch(types: ChangeFileTypes): (one: Difference, other: Difference) => number {
  const rankOf = (type: string) => types.get(type)?.rank ?? 0;
  return (one, other) => {
    const [a, b] = [one, other].map(({ name }) => parseChangeFileName(originalName(name, types), types));
    if (a && b && a.type !== b.type) return rankOf(a.type) - rankOf(b.type);
    if (a && b && a.sequence !== b.sequence) return a.sequence < b.sequence ? -1 : 1;
    if (Boolean(a) !== Boolean(b)) return a ? 1 : -1;
    return `${one.folder}/${one.name}` < `${other.folder}/${other.name}` ? -1 : 1;
  };
}
