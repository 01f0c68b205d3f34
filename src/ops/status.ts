import type { CapStatus, CustomerStatus } from '../customer-status.ts';
import type { Ask } from './ask.ts';
import type { Command } from './command.ts';

export function status(ask: Ask): Command {
  return {
    name: 'status',
    usage: '',
    summary: 'customers, waiting, deferred and held files, caps used and left, last reports',
    options: { json: { type: 'boolean' } },
    count: { min: 0, max: 0 },
    run: async ({ options, configuration, print }) => {
      const answer = await ask<{ customers: CustomerStatus[] }>(await configuration(), { command: 'status' });
      print(options.json ? JSON.stringify(answer) : asText(answer.customers));
      return 0;
    },
  };
}

function asText(customers: CustomerStatus[]): string {
  return customers.length === 0
    ? 'No customers. See: spoolgate setup --help'
    : customers.map(oneCustomer).join('\n\n');
}

function oneCustomer({ id, name, state, caps, files, reports, missing }: CustomerStatus): string {
  return [
    `${id} ${name}${state === 'held' ? ' (HELD)' : ''}`,
    `  caps: hour ${used(caps.hourly)}, day ${used(caps.daily)}, ${caps.perFile} per file`,
    ...files.map(
      (file) =>
        `  ${file.place}. ${file.name} [${file.state}] ${file.why}; expected ${file.expected ? String(file.expected) : 'at no known time'}`,
    ),
    ...missing
      .slice(0, 1)
      .map(({ source, numbers }) => `  missing numbers of source "${source}": ${numbers.join(', ')}`),
    `  ${files.length === 0 ? 'nothing waits; ' : ''}last report: ${reports[0] ?? 'none'}`,
  ].join('\n');
}

function used({ used: taken, limit, until }: CapStatus): string {
  return `${taken} of ${limit} until ${String(until)}`;
}
