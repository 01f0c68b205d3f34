import type { AnswerOf } from '../src/actions/action.ts';
import { bans as bansAction } from '../src/actions/bans.ts';
import { OperatorFault } from '../src/fault.ts';
import type { Command } from './command.ts';
import { escapeHidden, quoted } from '../src/shown-text.ts';

/** Times are ISO 8601 texts. */
type ShownBan = AnswerOf<typeof bansAction>['bans'][number];

const DETAILS = `An address is banned for all accounts that have not signed in from it lately, an account at all addresses
that it has not signed in from. An account is banned at an address that it has signed in from by its own
wrong passwords. Each ban is twice as long as the one before. --all shows refused sign-ins that have not
led to a ban, too. Lift a ban with: spoolgate unban ADDRESS-OR-LOGIN

Exit 3 where there is nothing to show.`;

export const bans: Command = {
  name: 'bans',
  usage: '',
  summary: 'who is banned from the doors for guessing passwords, and until when',
  details: DETAILS,
  options: { json: { type: 'boolean' }, all: { type: 'boolean' } },
  count: { min: 0, max: 0 },
  run: async ({ options, call, print }) => {
    const all = options.all === true;
    const { bans: list } = await call(bansAction, { all });
    if (options.json) print(escapeHidden(JSON.stringify({ bans: list })));
    else if (list.length === 0) throw new OperatorFault(nothingText(all), 3);
    else print(list.map(banLine).join('\n'));
    return list.length === 0 ? 3 : 0;
  },
};

function nothingText(all: boolean): string {
  return all ? 'Nobody is banned, and no sign-in was refused lately.' : 'Nobody is banned.';
}

export function banLine({ kind, subject, until, bans: count, failures }: ShownBan): string {
  const before = count === 0 ? '' : `, banned ${times(count)} before`;
  return until === null
    ? `${nameOf({ kind, subject })}: not banned, ${refused(failures)}${before}`
    : `${nameOf({ kind, subject })}: banned until ${until}, for the ${ordinal(count)} time`;
}

/** e.g. `account "acme" at address 192.0.2.1`. */
export function nameOf({ kind, subject }: Pick<ShownBan, 'kind' | 'subject'>): string {
  if (kind === 'address') return `address ${escapeHidden(subject)}`;
  if (kind === 'account') return `account ${quoted(subject)}`;
  const [, login = '', address = ''] = /^([^]*) ([^ ]*)$/u.exec(subject) ?? [];
  return `account ${quoted(login)} at address ${escapeHidden(address)}`;
}

export function refused(failures: number): string {
  return failures === 1 ? '1 refused sign-in' : `${failures} refused sign-ins`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function ordinal(count: number): string {
  const ending = new Intl.PluralRules('en', { type: 'ordinal' }).select(count);
  return `${count}${{ one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' }[ending]}`;
}
