import { undo as undoAction, type ListedChange } from '../src/actions/undo.ts';
import { entryRangesIn } from '../src/change-file/undo.ts';
import { OperatorFault } from '../src/fault.ts';
import { commands } from '../src/messages/en/commands.ts';
import { changeText } from '../src/messages/undo-text.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { customerNumber, textOf } from './arguments.ts';
import type { Command } from './command.ts';

const words = commands.undo;

export const undo: Command = {
  name: 'undo',
  usage: 'CUSTOMER FILE',
  summary: words.summary,
  details: words.details,
  options: {
    entries: { type: 'string' },
    reason: { type: 'string' },
    'dry-run': { type: 'boolean' },
    json: { type: 'boolean' },
  },
  count: { min: 2, max: 2 },
  run: async ({ arguments: [id = '', file = ''], options, call, print, say }) => {
    const listed: ListedChange[] = [];
    const asked = {
      customer: customerNumber(id),
      file,
      entries: entriesFrom(textOf(options, 'entries')),
      reason: textOf(options, 'reason') ?? '',
      dryRun: options['dry-run'] === true,
    };
    const take = (one: ListedChange) => {
      if (options.json) listed.push(one);
      else print(changeText(one));
    };
    const answer = await call(undoAction, asked, { take });
    const { undo: number, takenBack, leftOut } = answer;
    if (options.json)
      print(escapeHidden(JSON.stringify({ customer: asked.customer, file, ...answer, listed })));
    else if (takenBack === 0) say(words.nothing(escapeHidden(file), leftOut));
    else if (number === null) say(words.would(takenBack, leftOut));
    else say(words.requested(number, escapeHidden(file), takenBack, leftOut));
    return takenBack === 0 ? 3 : 0;
  },
};

function entriesFrom(given: string | null): [number, number][] | null {
  if (given === null) return null;
  const ranges = entryRangesIn(given);
  if (!ranges) throw new OperatorFault(words.entries(escapeHidden(given)), 2);
  return ranges.map(([first, last]) => [first, last]);
}
