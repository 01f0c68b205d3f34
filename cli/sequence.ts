import type { AsJson } from '../src/actions/action.ts';
import { ruleSequence } from '../src/actions/rule-sequence.ts';
import { sequence as sequenceAction } from '../src/actions/sequence.ts';
import type { ShownFile, SourceSequence } from '../src/actions/source-sequences.ts';
import { systemClock } from '../src/clock.ts';
import { OperatorFault } from '../src/fault.ts';
import { commands } from '../src/messages/en/commands.ts';
import { escapeHidden, quoted } from '../src/shown-text.ts';
import { customerNumber, durationMs, momentOf, textOf } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';

const words = commands.sequence;

export const sequence: Command = {
  name: 'sequence',
  usage: 'CUSTOMER [SOURCE] [TYPE]',
  summary: words.summary,
  details: words.details,
  options: {
    skip: { type: 'string' },
    wait: { type: 'string' },
    for: { type: 'string' },
    until: { type: 'string' },
    reason: { type: 'string' },
    json: { type: 'boolean' },
  },
  count: { min: 1, max: 3 },
  run: async ({ arguments: [id = '', source = null, type = null], options, call, print, say }) => {
    const wanted = { customer: customerNumber(id), source, type };
    const said = sayingIn(options, systemClock.now());
    if (said) return rule({ options, call, print, say }, { ...wanted, ...said });
    const { sources } = await call(sequenceAction, wanted);
    if (options.json) print(escapeHidden(JSON.stringify({ customer: wanted.customer, sources })));
    else if (sources.length === 0) say(words.nothing(wanted.customer));
    else print(sources.map((one) => sourceText(wanted.customer, one)).join('\n\n'));
    return sources.length === 0 ? 3 : 0;
  },
};

interface Saying {
  first: string;
  last: string;
  until: string | null;
  reason: string;
}

type Options = CommandContext['options'];

/** @returns null where nothing is said of a number */
function sayingIn(options: Options, now: Date): Saying | null {
  const [skip, wait] = [textOf(options, 'skip'), textOf(options, 'wait')];
  const [duration, moment] = [textOf(options, 'for'), textOf(options, 'until')];
  const reason = textOf(options, 'reason')?.trim() ?? '';
  if (skip !== null && wait !== null) throw new OperatorFault(words.both, 2);
  if (wait === null && (duration ?? moment) !== null) throw new OperatorFault(words.needsWait, 2);
  if (skip === null && wait === null) {
    if (reason !== '') throw new OperatorFault(words.needsAct, 2);
    return null;
  }
  if (reason === '') throw new OperatorFault(words.needsReason, 2);
  if (skip !== null) return { ...rangeIn('--skip', skip), until: null, reason };
  if ((duration === null) === (moment === null)) throw new OperatorFault(words.needsMoment, 2);
  const until = untilFrom(duration, moment, now).toISOString();
  return { ...rangeIn('--wait', wait ?? ''), until, reason };
}

function rangeIn(option: string, text: string): { first: string; last: string } {
  const [, first, last] = /^(\d{1,19})(?:-(\d{1,19}))?$/.exec(text) ?? [];
  if (first === undefined) throw new OperatorFault(words.range(option, quoted(text)), 2);
  return { first, last: last ?? first };
}

function untilFrom(duration: string | null, moment: string | null, now: Date): Date {
  if (duration !== null) {
    const ms = durationMs(duration);
    if (ms === null) throw new OperatorFault(words.duration(quoted(duration)), 2);
    return new Date(now.getTime() + ms);
  }
  const at = momentOf(moment ?? '');
  if (!at) throw new OperatorFault(words.until(quoted(moment ?? '')), 2);
  return at;
}

async function rule(
  { options, call, print, say }: Pick<CommandContext, 'options' | 'call' | 'print' | 'say'>,
  asked: Saying & { customer: number; source: string | null; type: string | null },
): Promise<number> {
  const done = await call(ruleSequence, asked);
  const { source, type, numbers, until } = done;
  if (options.json) print(escapeHidden(JSON.stringify({ customer: asked.customer, ...done })));
  else if (until === null) say(words.didSkip(numbers, quoted(source), type));
  else say(words.didWait(numbers, quoted(source), type, until));
  return 0;
}

/** So many waiting files of a source are named. */
const FILES_SHOWN = 10;

function sourceText(customer: number, one: AsJson<SourceSequence>): string {
  const { source, type, last, next, strictSeconds, missing, waiting, rulings, passed } = one;
  const file = last?.file ? fileText(last) : null;
  const lines = [
    last && next ? words.last(last.number, file, next) : words.none,
    ...(strictSeconds === null ? [] : [words.strict(strictSeconds)]),
    ...(last && missing.length === 0 ? [words.complete] : []),
    ...missing.flatMap((gap) => gapLines(customer, one, gap)),
    ...waiting.slice(0, FILES_SHOWN).map(waitingLine),
    ...(waiting.length > FILES_SHOWN ? [words.more(waiting.length - FILES_SHOWN)] : []),
    ...rulings.map(rulingLine),
    ...passed.map(({ numbers, before }) => words.passed(numbers.join(', '), escapeHidden(before))),
  ];
  return [words.title(quoted(source), type), ...lines.map((line) => `  ${line}`)].join('\n');
}

function fileText({ number, file, at }: AsJson<ShownFile>): string {
  return file === null ? words.unknownFile(number) : words.named({ file: escapeHidden(file), at: at ?? '' });
}

/** With what has to be typed. */
function gapLines(
  customer: number,
  { source, type }: AsJson<SourceSequence>,
  { numbers, before, after }: AsJson<SourceSequence>['missing'][number],
): string[] {
  const command = `spoolgate sequence ${customer} ${argument(source)} ${type}`;
  return [
    words.missing(numbers, before ? fileText(before) : '', fileText(after)),
    words.toSkip(`${command} --skip ${numbers} --reason TEXT`),
    words.toWait(`${command} --wait ${numbers} --for 24h --reason TEXT`),
  ].map((line, index) => (index === 0 ? line : `  ${line}`));
}

/** As a shell takes it. */
function argument(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${escapeHidden(text).replaceAll("'", `'\\''`)}'`;
}

function waitingLine(one: AsJson<SourceSequence>['waiting'][number]): string {
  const file = fileText(one);
  return one.until === null ? words.waiting(file, one.state) : words.waits(file, one.until);
}

function rulingLine({ numbers, verdict, until, ...said }: AsJson<SourceSequence>['rulings'][number]): string {
  const [who, reason] = [escapeHidden(said.who), escapeHidden(said.reason)];
  return verdict === 'skip'
    ? words.skipped(numbers, who, said.at, reason)
    : words.awaited(numbers, until ?? '', who, said.at, reason);
}
