import { createReadStream } from 'node:fs';
import path from 'node:path';
import { causeOf } from '../src/cause.ts';
import { OperatorFault } from '../src/fault.ts';
import { readArchiveName } from '../src/journal/archive-name.ts';
import { COMPONENT_TOKENS, ACTION_NAMES, nearestAction, nearestToken } from '../src/journal/known.ts';
import { readArchive, type ReadLine } from '../src/journal/read-archive.ts';
import type { JournalRecord } from '../src/journal/record.ts';
import { commands } from '../src/messages/en/commands.ts';
import { quoted } from '../src/shown-text.ts';
import { textOf } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { expectFiles } from './expect-files.ts';
import { jsonOutput, textOutput, type Counts, type JournalOutput } from './journal-output.ts';

const words = commands.journal;

/** In two lines of the help. */
const TOKENS = [COMPONENT_TOKENS.slice(0, 9), COMPONENT_TOKENS.slice(9)]
  .map((tokens) => `  ${tokens.join(', ')}`)
  .join(',\n');

export const journal: Command = {
  name: 'journal',
  usage: 'FILE…',
  summary: words.summary,
  details: words.details(TOKENS),
  options: {
    component: { type: 'string' },
    action: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    json: { type: 'boolean' },
  },
  values: { component: COMPONENT_TOKENS, action: ACTION_NAMES },
  count: { min: 1, max: Number.POSITIVE_INFINITY },
  run: async (context) => {
    const { arguments: files, options, write, say, progress } = context;
    const selection = selectionOf(options);
    await expectFiles(files);
    await using output = options.json ? jsonOutput(context) : textOutput(write);
    const counts: Counts = { records: 0, unreadable: 0 };
    for (const file of files.filter((file) => isChosen(file, selection)))
      if (!(await readFile(file, { ...context, selection, output, counts }))) return exitCode(counts);
    progress.done();
    await output.end(counts);
    if (exitCode(counts) === 3) for (const line of whyNone(files, selection)) say(line);
    return exitCode(counts);
  },
};

/** What is looked for; null: anything. */
interface Selection {
  component: string | null;
  action: string | null;
  /** First and last day. */
  from: string | null;
  to: string | null;
}

/** @throws {OperatorFault} exit code 2 where an option makes no sense */
function selectionOf(options: CommandContext['options']): Selection {
  const selection = {
    component: textOf(options, 'component')?.toUpperCase() ?? null,
    action: textOf(options, 'action')?.toUpperCase() ?? null,
    from: dayOf(options, 'from'),
    to: dayOf(options, 'to'),
  };
  const { from, to } = selection;
  if (from !== null && to !== null && from > to) throw new OperatorFault(words.order, 2);
  return selection;
}

function dayOf(options: CommandContext['options'], name: 'from' | 'to'): string | null {
  const text = textOf(options, name);
  if (text === null) return null;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN);
  // A day that no month has would be taken for one of the next month.
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text)
    throw new OperatorFault(words.date(`--${name}`, quoted(text)), 2);
  return text;
}

function isChosen(file: string, { component }: Selection): boolean {
  return component === null || readArchiveName(path.basename(file)).component === component;
}

interface Reading extends Pick<CommandContext, 'room' | 'say' | 'progress'> {
  selection: Selection;
  output: JournalOutput;
  counts: Counts;
}

/** @returns false where nobody reads the results any more */
async function readFile(file: string, reading: Reading): Promise<boolean> {
  const { room, progress, output, counts } = reading;
  for await (const lines of readArchive(createReadStream(file))) {
    for (const line of lines) await take(file, line, reading);
    output.flush();
    // On a terminal the records themselves show how far it is.
    if (!process.stdout.isTTY) progress.show(words.progress(counts.records));
    if (!(await room())) return false;
  }
  return true;
}

async function take(
  file: string,
  line: ReadLine,
  { say, selection, output, counts }: Reading,
): Promise<void> {
  const { number, record } = line;
  const told = faultText(file, line);
  if (told !== null) say(told);
  const base = path.basename(file);
  if (record === null) {
    counts.unreadable += 1;
    await output.unreadable(base, line);
  } else if (isWanted(record, selection)) {
    counts.records += 1;
    output.record({ file: base, line: number, ...readArchiveName(base) }, record);
  }
}

function isWanted({ action, timestamp }: JournalRecord, wanted: Selection): boolean {
  const day = timestamp.slice(0, 10);
  return (
    (wanted.action === null || action.toUpperCase() === wanted.action) &&
    (wanted.from === null || day >= wanted.from) &&
    (wanted.to === null || day <= wanted.to)
  );
}

/** @returns null: it was read, and nothing was wrong with it */
function faultText(file: string, { number, text, record, fault }: ReadLine): string | null {
  if (fault?.kind === 'damaged') return words.damaged(file, number, causeOf(fault.error));
  if (fault?.kind === 'too long') return words.tooLong(file, number, fault.bytesMax);
  if (record === null) return words.unreadable(file, number, text);
  return fault === null ? null : words.notUtf8(file, number);
}

function exitCode({ records, unreadable }: Counts): number {
  if (unreadable > 0) return 1;
  return records > 0 ? 0 : 3;
}

function whyNone(files: readonly string[], { action, component }: Selection): string[] {
  const nearest = {
    action: action === null ? null : nearestAction(action),
    component: component === null ? null : nearestToken(component),
  };
  const isUnnamed = files.some((file) => readArchiveName(path.basename(file)).component === null);
  return [
    words.none,
    ...(nearest.action === null ? [] : [words.unknownAction(String(action), nearest.action)]),
    ...(nearest.component === null ? [] : [words.unknownComponent(String(component), nearest.component)]),
    ...(component !== null && isUnnamed ? [words.unnamed] : []),
  ];
}
