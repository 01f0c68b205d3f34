import { show as showAction } from '../src/actions/show.ts';
import { customerNumber } from './arguments.ts';
import { groups as groupsAction } from '../src/actions/groups.ts';
import { OperatorFault } from '../src/fault.ts';
import { escapeHidden } from '../src/shown-text.ts';
import type { Command, CommandContext } from './command.ts';
import { commands } from '../src/messages/en/commands.ts';

const words = commands.show;

export const show: Command = {
  name: 'show',
  usage: 'CUSTOMER [ADDRESS-OR-DN]',
  summary: words.summary,
  options: { json: { type: 'boolean' }, groups: { type: 'boolean' } },
  count: { min: 1, max: 2 },
  run: async ({ arguments: [id = '', subject = ''], options, call, print }) => {
    if (options.groups === true) return showGroups(customerNumber(id), { options, call, print });
    if (subject === '') throw new OperatorFault(words.whom, 2);
    const shown = await call(showAction, { customer: customerNumber(id), subject });
    print(options.json ? JSON.stringify(shown) : asText(shown));
    return 0;
  },
};

async function showGroups(
  customer: number,
  { options, call, print }: Pick<CommandContext, 'options' | 'call' | 'print'>,
): Promise<number> {
  const shown = await call(groupsAction, { customer });
  const lines = shown.groups.map(({ name, default: isDefault, canSend, members }) =>
    words.group(escapeHidden(name), isDefault, members, canSend),
  );
  print(options.json ? JSON.stringify(shown) : lines.join('\n'));
  return 0;
}

/** One `name: value` a line; nested values are indented. */
function asText(value: object, indent = ''): string {
  return Object.entries(value)
    .map(([name, item]: [string, unknown]) => {
      if (Array.isArray(item) && item.some((one) => typeof one === 'object'))
        return item.map((one: object) => `${indent}${name}:\n${asText(one, `${indent}  `)}`).join('\n');
      if (typeof item === 'object' && item !== null && !Array.isArray(item))
        return `${indent}${name}:\n${asText(item, `${indent}  `)}`;
      return `${indent}${name}: ${Array.isArray(item) ? item.join(', ') : item == null ? '-' : JSON.stringify(item).replace(/^"|"$/g, '')}`;
    })
    .join('\n');
}
