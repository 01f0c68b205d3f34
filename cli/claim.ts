import { claim as claimAction } from '../src/actions/claim.ts';
import { OperatorFault } from '../src/fault.ts';
import { commands } from '../src/messages/en/commands.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';

const words = commands.claim;

export const claim: Command = {
  name: 'claim',
  usage: 'CUSTOMER ADDRESS move|leave',
  summary: words.summary,
  details: words.details,
  options: { json: { type: 'boolean' } },
  count: { min: 3, max: 3 },
  run: async ({ arguments: [id = '', address = '', decision = ''], options, call, print, say }) => {
    if (decision !== 'move' && decision !== 'leave')
      throw new OperatorFault(words.moveOrLeave(escapeHidden(decision)), 2);
    const customer = customerNumber(id);
    const { decided } = await call(claimAction, { customer, address, decision });
    const shown = escapeHidden(address);
    if (options.json) print(escapeHidden(JSON.stringify({ customer, address, decided })));
    else if (!decided) say(words.none(shown));
    else say(decision === 'move' ? words.moved(shown) : words.leaves(shown));
    return decided ? 0 : 3;
  },
};
