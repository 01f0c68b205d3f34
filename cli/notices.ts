import type { AnswerOf } from '../src/actions/action.ts';
import {
  DELIVERIES_MAX,
  notices as noticesAction,
  noticesEnable,
  noticesList,
  noticesResend,
  noticesTest,
} from '../src/actions/notices.ts';
import { OperatorFault } from '../src/fault.ts';
import { commands } from '../src/messages/en/commands.ts';
import { failureText } from '../src/notices/text.ts';
import { escapeHidden, quoted } from '../src/shown-text.ts';
import { customerNumber, limitOf, textOf, timeOf } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';

type Endpoint = AnswerOf<typeof noticesAction>['endpoints'][number];
type Listed = AnswerOf<typeof noticesList>['notices'][number];

const LIMIT_DEFAULT = 200;
const words = commands.notices;

export const notices: Command = {
  name: 'notices',
  usage: '[waiting|failed|test ID|enable ID|resend ID]',
  summary: words.summary,
  details: words.details(LIMIT_DEFAULT),
  options: {
    customer: { type: 'string' },
    since: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
  },
  count: { min: 0, max: 2 },
  run: async (context) => {
    const [what, id, ...none] = context.arguments;
    const run = what === undefined ? endpoints : Object.hasOwn(WORK, what) ? WORK[what] : undefined;
    const takesId = what !== undefined && !LISTS.includes(what);
    if (!run || none.length > 0 || takesId !== (id !== undefined))
      throw new OperatorFault(words.usage(escapeHidden(context.arguments.join(' '))), 2);
    return run(context);
  },
};

type Run = (context: CommandContext) => Promise<number>;

const LISTS = ['waiting', 'failed'];
const WORK: Readonly<Record<string, Run>> = {
  waiting: (context) => list(context, 'waiting'),
  failed: (context) => list(context, 'failed'),
  test,
  enable,
  resend,
};

async function endpoints({ options, call, print, say }: CommandContext): Promise<number> {
  const { endpoints: found, hasMailServer } = await call(noticesAction, { customer: customerOf(options) });
  if (options.json) print(escapeHidden(JSON.stringify({ endpoints: found })));
  else if (found.length > 0) print(found.map(endpointLine).join('\n'));
  else say(words.nobody);
  if (!hasMailServer && found.some(({ kind }) => kind === 'mail')) say(words.noMailServer);
  return found.length > 0 ? 0 : 3;
}

/** One line, whatever names and addresses hold. */
export function endpointLine(one: Endpoint): string {
  const { id, customer, kind, name, target, waiting, oldest, failed, lastOk, lastFailure } = one;
  const { disabledAt, disabledWhy, untoldSince } = one;
  const parts = [
    `${id} ${customer ?? words.operators} ${kind} ${escapeHidden(kind === 'mail' ? target : `${name} ${target}`)}:`,
    disabledAt === null ? null : words.disabled(disabledAt, failureText(disabledWhy ?? '')),
    untoldSince === null ? null : words.untold(untoldSince),
    waiting === 0 ? words.noneWaits : words.waiting(waiting, oldest ?? ''),
    failed === 0 ? null : words.givenUp(failed),
    lastOk === null ? words.neverOk : words.lastOk(lastOk),
    lastFailure === null || disabledAt !== null ? null : words.lastFailure(failureText(lastFailure)),
  ].filter((part) => part !== null);
  return parts.join(' ');
}

async function list(
  { options, call, print, say }: CommandContext,
  state: 'waiting' | 'failed',
): Promise<number> {
  const limits = { usual: LIMIT_DEFAULT, least: 1, most: DELIVERIES_MAX };
  const limit = limitOf(textOf(options, 'limit'), limits);
  const { notices: found } = await call(noticesList, { customer: customerOf(options), state, limit });
  if (options.json) print(escapeHidden(JSON.stringify({ notices: found })));
  else if (found.length > 0) print(found.map(noticeLine).join('\n'));
  else say(state === 'waiting' ? words.noneWaiting : words.noneFailed);
  return found.length > 0 ? 0 : 3;
}

function noticeLine({ event, endpoint, name, type, subject, at, tries, nextTry, failure }: Listed): string {
  return [
    event,
    at,
    type,
    ...(subject === '' ? [] : [quoted(subject)]),
    words.to(endpoint, escapeHidden(name)),
    ...(tries === 0 ? [] : [words.tried(tries, failure === null ? null : failureText(failure))]),
    ...(nextTry === null ? [] : [words.next(nextTry)]),
  ].join(' ');
}

async function test({ arguments: [, id], options, call, print, say }: CommandContext): Promise<number> {
  const answer = await call(noticesTest, { endpoint: numberOf(id) });
  if (options.json) print(escapeHidden(JSON.stringify(answer)));
  else say(words.tested(quoted(answer.name)));
  return 0;
}

async function enable({ arguments: [, id], options, call, print, say }: CommandContext): Promise<number> {
  const answer = await call(noticesEnable, { endpoint: numberOf(id) });
  const name = quoted(answer.name);
  if (options.json) print(escapeHidden(JSON.stringify(answer)));
  else say(answer.enabled ? words.enabled(name, answer.waiting) : words.notDisabled(name));
  return answer.enabled ? 0 : 3;
}

async function resend({ arguments: [, id], options, call, print, say }: CommandContext): Promise<number> {
  const since = textOf(options, 'since');
  const question =
    since === null
      ? { event: String(numberOf(id?.replace(/^evt_/, ''))), endpoint: null, since: null }
      : { event: null, endpoint: numberOf(id), since: timeOf(since, new Date()).toISOString() };
  const { count } = await call(noticesResend, question);
  if (options.json) print(JSON.stringify({ count }));
  else say(words.resent(count));
  return count > 0 ? 0 : 3;
}

function customerOf(options: CommandContext['options']): number | null {
  const given = textOf(options, 'customer');
  return given === null ? null : customerNumber(given);
}

function numberOf(text = ''): number {
  if (!/^\d{1,15}$/.test(text)) throw new OperatorFault(words.number(quoted(text)), 2);
  return Number(text);
}
