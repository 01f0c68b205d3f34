import type { AnswerOf } from '../src/actions/action.ts';
import { bans as bansAction } from '../src/actions/bans.ts';
import { OperatorFault } from '../src/fault.ts';
import type { Command } from './command.ts';
import { escapeHidden, quoted } from '../src/shown-text.ts';
import { commands } from '../src/messages/en/commands.ts';

/** Times are ISO 8601 texts. */
type ShownBan = AnswerOf<typeof bansAction>['bans'][number];

const words = commands.bans;

export const bans: Command = {
  name: 'bans',
  usage: '',
  summary: words.summary,
  details: words.details,
  options: { json: { type: 'boolean' }, all: { type: 'boolean' } },
  count: { min: 0, max: 0 },
  run: async ({ options, call, print }) => {
    const all = options.all === true;
    const { bans: list } = await call(bansAction, { all });
    if (options.json) print(escapeHidden(JSON.stringify({ bans: list })));
    else if (list.length === 0) throw new OperatorFault(all ? words.noneAtAll : words.none, 3);
    else print(list.map(banLine).join('\n'));
    return list.length === 0 ? 3 : 0;
  },
};

export function banLine({ kind, subject, until, bans: count, failures }: ShownBan): string {
  const name = nameOf({ kind, subject });
  if (until !== null) return words.banned(name, until, ordinal(count));
  const before = count === 0 ? '' : words.before(count === 1 ? words.once : words.times(count));
  return words.notBanned(name, words.failed(failures), before);
}

/** e.g. `account "acme" at address 192.0.2.1`. */
export function nameOf({ kind, subject }: Pick<ShownBan, 'kind' | 'subject'>): string {
  if (kind === 'address') return words.address(escapeHidden(subject));
  if (kind === 'account') return words.account(quoted(subject));
  const [, login = '', address = ''] = /^([^]*) ([^ ]*)$/u.exec(subject) ?? [];
  return words.accountAt(quoted(login), escapeHidden(address));
}

function ordinal(count: number): string {
  const ending = new Intl.PluralRules('en', { type: 'ordinal' }).select(count);
  return `${count}${{ one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' }[ending]}`;
}
