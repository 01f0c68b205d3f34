import type { AnswerOf } from '../src/actions/action.ts';
import { unban as unbanAction } from '../src/actions/unban.ts';
import { OperatorFault } from '../src/fault.ts';
import { nameOf, refused } from './bans.ts';
import type { Command } from './command.ts';
import { escapeHidden, quoted, unescapeHidden } from '../src/shown-text.ts';

/** Times are ISO 8601 texts. */
type LiftedBan = AnswerOf<typeof unbanAction>['lifted'][number];

const DETAILS = `What counts against it is forgotten too, at all daemons. An address is written as spoolgate bans shows it or as
the client has it; a login as it is or as it is shown. Who lifted what is kept in the table audit.

Exit 3 where there is nothing against it.`;

export const unban: Command = {
  name: 'unban',
  usage: 'ADDRESS-OR-LOGIN',
  summary: 'lift the bans of an address or an account; works at once',
  details: DETAILS,
  options: { json: { type: 'boolean' } },
  count: { min: 1, max: 1 },
  run: async ({ arguments: [given = ''], options, call, print, say }) => {
    const asGiven = await call(unbanAction, { subject: given });
    const { lifted } =
      asGiven.lifted.length > 0 ? asGiven : await call(unbanAction, { subject: unescapeHidden(given) });
    if (options.json) print(escapeHidden(JSON.stringify({ lifted })));
    else if (lifted.length === 0) throw new OperatorFault(nothingAgainst(given), 3);
    else for (const one of lifted) say(liftedLine(one));
    return lifted.length === 0 ? 3 : 0;
  },
};

function nothingAgainst(given: string): string {
  return `There is no ban of ${quoted(given)} and no refused sign-in. What there is: spoolgate bans --all`;
}

export function liftedLine({ kind, subject, failures, bannedUntil }: LiftedBan): string {
  const name = nameOf({ kind, subject });
  if (bannedUntil === null) return `Forgotten: ${refused(failures)} of ${name}.`;
  return `Lifted: the ban of ${name} until ${bannedUntil}.`;
}
