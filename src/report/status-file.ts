import path from 'node:path';
import { STATUS_JSON, STATUS_TEXT } from '../change-file/change-file.ts';
import type { CapStatus, CustomerStatus, PastResult, WaitingFile } from '../customer-status.ts';
import { writeWhole } from '../durable.ts';
import { escapeHidden } from '../shown-text.ts';
import { refusalText } from './report.ts';

/** Others may read it: it says nothing that the customer's own folder does not. */
const STATUS_MODE = 0o644;

/**
 * The status of the queue, in the customer's folder: what waits, why, since when, until when, caps used and left, the last
 * results; once for people and once for programs. Never taken for a change file. It is written again soon, so its name
 * need not outlast a loss of power.
 *
 * @param folder absolute path
 */
export async function writeStatusFiles(folder: string, status: CustomerStatus, now: Date): Promise<void> {
  const text = statusText(status, now);
  const json = `${JSON.stringify(statusJson(status, now), null, 2)}\n`;
  await writeWhole(path.join(folder, STATUS_TEXT), (file) => file.writeFile(text), STATUS_MODE);
  await writeWhole(path.join(folder, STATUS_JSON), (file) => file.writeFile(json), STATUS_MODE);
}

function statusJson(status: CustomerStatus, now: Date): object {
  const { caps, waiting, files, reports, missing, sources, state, unknown } = status;
  const results = status.results.map((result) => ({ ...result, why: whyRefused(result) }));
  return { at: now, state, caps, waiting, files, results, reports, missing, sources, unknown };
}

export function statusText(status: CustomerStatus, now: Date): string {
  const { caps, waiting, files, results, missing, state, unknown } = status;
  return [
    `Spoolgate status of ${escapeHidden(status.name)} (${status.id}), ${minute(now)}`,
    ...(state === 'held'
      ? [
          '',
          'Your organisation is on hold: provisioning files are refused with 1001. Contact customer service.',
        ]
      : []),
    '',
    capLine('This hour', caps.hourly),
    capLine('Today', caps.daily),
    `A file may have ${caps.perFile} entries.`,
    '',
    waiting === 0 ? 'No files waiting.' : `Files waiting: ${waiting}`,
    ...files.map(fileLine),
    ...(waiting > files.length ? [`  … and ${waiting - files.length} more`] : []),
    '',
    results.length === 0 ? 'No results yet.' : 'Last results:',
    ...results.map(resultLine),
    ...missing.map(
      ({ source, numbers, before }) =>
        `Missing before ${escapeHidden(before)}: ${numbers.join(', ')} of source "${escapeHidden(source)}"`,
    ),
    ...unknownLines(unknown),
    '',
  ].join('\n');
}

/** Of a file that was refused as a whole, why; else how many of its entries were carried out. */
function resultLine(result: PastResult): string {
  const { at, folder, file, written, entries, errors, code, report } = result;
  const why = whyRefused(result);
  const counts = `${written} of ${entries} done, ${errors} failed`;
  const outcome =
    why === null ? counts : `${entries === 0 ? '' : `${counts}. `}${code ? `${code}: ` : ''}${why}`;
  return `  ${minute(at)}  ${folder}/${escapeHidden(file)}: ${outcome}${report ? `${why === null ? '.' : ''} See _report/${report}.` : ''}`;
}

function unknownLines({ count, files }: CustomerStatus['unknown']): string[] {
  if (count === 0) return [];
  const more = count > files.length ? ` and ${count - files.length} more` : '';
  return [
    `This server has no record of ${files.map(escapeHidden).join(', ')}${more}: what reports and traces say of them does not count. Customer service has been told.`,
  ];
}

/** In words; null where its entries say what failed. */
function whyRefused({ refusal, entries }: PastResult): string | null {
  if (!refusal || (refusal.code === 1000 && entries > 0)) return null;
  return refusalText(refusal as Parameters<typeof refusalText>[0]);
}

function capLine(what: string, { used, limit, left, until }: CapStatus): string {
  return `${what}: ${used} of ${limit} operations used, ${left} left until ${minute(until)}`;
}

function fileLine({ place, name, why, since, expected }: WaitingFile): string {
  const when = expected ? `expected ${minute(expected)}` : 'no estimate';
  return `  ${place}. ${escapeHidden(name)} ${escapeHidden(why)}; since ${minute(since)}, ${when}`;
}

function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
