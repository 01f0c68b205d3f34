import path from 'node:path';
import { STATUS_JSON, STATUS_TEXT } from '../change-file/change-file.ts';
import type { CustomerStatus, PastResult, Pause, WaitingFile } from '../customer-status.ts';
import { writeWhole } from '../durable.ts';
import { en } from '../messages/en/en.ts';
import type { Messages } from '../messages/messages.ts';
import { listText } from '../messages/en/status.ts';
import { waitText } from '../messages/wait-text.ts';
import { escapeHidden } from '../shown-text.ts';
import { refusalText } from './report.ts';
import { retryName } from '../change-file/companions.ts';

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
  const { caps, waiting, reports, missing, sources, state, unknown, lists } = status;
  const paused = status.pause && { since: status.pause.since, reason: status.pause.reason };
  const files = status.files.map((file) => ({ ...file, why: waitText(file) }));
  const results = status.results.map((result) => ({ ...result, why: whyRefused(result) }));
  return { at: now, state, paused, caps, waiting, files, results, reports, missing, sources, unknown, lists };
}

export function statusText(status: CustomerStatus, now: Date, messages: Messages = en): string {
  const words = messages.status.file;
  const { caps, waiting, files, results, missing, state, unknown, lists } = status;
  return [
    words.title(escapeHidden(status.name), status.id, minute(now)),
    ...(state === 'held' ? ['', words.onHold] : []),
    ...(status.pause ? ['', pauseLine(status.pause, messages)] : []),
    '',
    words.cap(words.thisHour, caps.hourly, minute(caps.hourly.until)),
    words.cap(words.today, caps.daily, minute(caps.daily.until)),
    words.perFile(caps.perFile),
    '',
    waiting === 0 ? words.noFiles : words.files(waiting),
    ...files.map((file) => fileLine(file, messages)),
    ...(waiting > files.length ? [`  ${words.more(waiting - files.length)}`] : []),
    '',
    results.length === 0 ? words.noResults : words.results,
    ...results.map((result) => resultLine(result, messages)),
    ...missing.map(({ source, numbers, before }) =>
      words.missing(escapeHidden(before), numbers.join(', '), escapeHidden(source)),
    ),
    ...lists.map(listText),
    ...unknownLines(unknown, messages),
    '',
  ].join('\n');
}

/** The customer need not know who of the operator's people it was. */
function pauseLine({ since, reason }: Pause, { status: { file: words } }: Messages): string {
  return words.paused(minute(new Date(since)), escapeHidden(reason));
}

/** Of a file that was refused as a whole, why; else how many of its entries were carried out. */
export function resultLine(result: PastResult, messages: Messages = en): string {
  const words = messages.status.file;
  const { at, folder, file, written, entries, errors, code, report, retryAs } = result;
  const why = whyRefused(result, messages);
  const counts = words.counts(written, entries, errors);
  const outcome =
    why === null ? counts : `${entries === 0 ? '' : `${counts}. `}${code ? words.code(code) : ''}${why}`;
  const next = [
    ...(report ? [words.seeReport(report)] : []),
    ...(retryAs === null ? [] : [words.retry(escapeHidden(retryName(file)), escapeHidden(retryAs))]),
  ].join(' ');
  const toldSo = next && `${why === null ? '.' : ''} ${next}`;
  return `  ${minute(at)}  ${folder}/${escapeHidden(file)}: ${outcome}${toldSo}`;
}

function unknownLines({ count, files }: CustomerStatus['unknown'], { status }: Messages): string[] {
  if (count === 0) return [];
  const more = count > files.length ? status.file.andMore(count - files.length) : '';
  return [status.file.unknown(`${files.map(escapeHidden).join(', ')}${more}`)];
}

/** In words; null where its entries say what failed. */
function whyRefused({ refusal, entries }: PastResult, messages: Messages = en): string | null {
  if (!refusal || (refusal.code === 1000 && entries > 0)) return null;
  return refusalText(refusal as Parameters<typeof refusalText>[0], messages);
}

function fileLine(file: WaitingFile, messages: Messages): string {
  const words = messages.status.file;
  const when = file.expected ? words.expected(minute(file.expected)) : words.noEstimate;
  const line = words.fileLine(
    file.place,
    escapeHidden(file.name),
    waitText(file, messages),
    minute(file.since),
  );
  return file.reason === 'decision' ? `  ${line}` : `  ${line}, ${when}`;
}

function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
