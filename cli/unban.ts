import type { AnswerOf } from '../src/actions/action.ts';
import { unban as unbanAction } from '../src/actions/unban.ts';
import { OperatorFault } from '../src/fault.ts';
import { nameOf } from './bans.ts';
import type { Command } from './command.ts';
import { escapeHidden, quoted, unescapeHidden } from '../src/shown-text.ts';
import { commands } from '../src/messages/en/commands.ts';

/** Times are ISO 8601 texts. */
type LiftedBan = AnswerOf<typeof unbanAction>['lifted'][number];

const words = commands.unban;

export const unban: Command = {
  name: 'unban',
  usage: 'ADDRESS-OR-LOGIN',
  summary: words.summary,
  details: words.details,
  options: { json: { type: 'boolean' } },
  count: { min: 1, max: 1 },
  run: async ({ arguments: [given = ''], options, call, print, say }) => {
    const asGiven = await call(unbanAction, { subject: given });
    const { lifted } =
      asGiven.lifted.length > 0 ? asGiven : await call(unbanAction, { subject: unescapeHidden(given) });
    if (options.json) print(escapeHidden(JSON.stringify({ lifted })));
    else if (lifted.length === 0) throw new OperatorFault(words.nothing(quoted(given)), 3);
    else for (const one of lifted) say(liftedLine(one));
    return lifted.length === 0 ? 3 : 0;
  },
};

export function liftedLine({ kind, subject, failures, bannedUntil }: LiftedBan): string {
  const name = nameOf({ kind, subject });
  return bannedUntil === null
    ? words.cleared(commands.bans.failed(failures), name)
    : words.lifted(name, bannedUntil);
}
