import path from 'node:path';
import { STATUS_JSON, STATUS_TEXT } from '../change-file.ts';
import type { CapStatus, CustomerStatus, WaitingFile } from '../customer-status.ts';
import { writeWhole } from '../durable.ts';
import { escapeHidden } from '../shown-text.ts';

/** Others may read it: it says nothing that the customer's own folder does not. */
const WEATHER_MODE = 0o644;

/**
 * The queue weather in the customer's folder: what waits, why, since when, until when, caps used and left, the last
 * results; once for people and once for programs. Never taken for a change file. It is written again soon, so its name
 * need not outlast a loss of power.
 *
 * @param folder absolute path
 */
export async function writeWeather(folder: string, status: CustomerStatus, now: Date): Promise<void> {
  const text = weatherText(status, now);
  const json = `${JSON.stringify(weatherJson(status, now), null, 2)}\n`;
  await writeWhole(path.join(folder, STATUS_TEXT), (file) => file.writeFile(text), WEATHER_MODE);
  await writeWhole(path.join(folder, STATUS_JSON), (file) => file.writeFile(json), WEATHER_MODE);
}

function weatherJson(status: CustomerStatus, now: Date): object {
  const { caps, waiting, files, results, reports, missing, state } = status;
  return { at: now, state, caps, waiting, files, results, reports, missing };
}

export function weatherText(status: CustomerStatus, now: Date): string {
  const { caps, waiting, files, results, missing, state } = status;
  return [
    `Spoolgate status of ${escapeHidden(status.name)} (${status.id}), ${minute(now)}`,
    ...(state === 'held'
      ? ['', 'This organisation is HELD: provisioning files are refused. Ask customer service.']
      : []),
    '',
    capLine('This hour', caps.hourly),
    capLine('This day', caps.daily),
    `A file may have ${caps.perFile} entries.`,
    '',
    waiting === 0 ? 'Nothing waits.' : `Waiting: ${waiting}`,
    ...files.map(fileLine),
    ...(waiting > files.length ? [`  … and ${waiting - files.length} more`] : []),
    '',
    results.length === 0 ? 'No results yet.' : 'Last results:',
    ...results.map(
      (r) =>
        `  ${minute(r.at)}  ${r.folder}/${escapeHidden(r.file)}: ${r.written} of ${r.entries} done, ${r.errors} failed`,
    ),
    ...missing.map(
      ({ source, numbers, before }) =>
        `Missing before ${escapeHidden(before)}: ${numbers.join(', ')} of source "${escapeHidden(source)}"`,
    ),
    '',
  ].join('\n');
}

function capLine(what: string, { used, limit, left, until }: CapStatus): string {
  return `${what}: ${used} of ${limit} operations used, ${left} left until ${minute(until)}`;
}

function fileLine({ place, name, why, since, expected }: WaitingFile): string {
  const when = expected ? `expected ${minute(expected)}` : 'no time known';
  return `  ${place}. ${escapeHidden(name)} ${escapeHidden(why)}; since ${minute(since)}, ${when}`;
}

function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
