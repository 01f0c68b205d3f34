import { show as showAction } from '../src/actions/show.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';
import { commands } from '../src/messages/en/commands.ts';

export const show: Command = {
  name: 'show',
  usage: 'CUSTOMER ADDRESS-OR-DN',
  summary: commands.show.summary,
  options: { json: { type: 'boolean' } },
  count: { min: 2, max: 2 },
  run: async ({ arguments: [id = '', subject = ''], options, call, print }) => {
    const shown = await call(showAction, { customer: customerNumber(id), subject });
    print(options.json ? JSON.stringify(shown) : asText(shown));
    return 0;
  },
};

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
