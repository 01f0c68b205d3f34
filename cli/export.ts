import { exportDirectory } from '../src/actions/export.ts';
import { OperatorFault } from '../src/fault.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';
import { commands } from '../src/messages/en/commands.ts';

const words = commands.exportLdif;

export const exportLdif: Command = {
  name: 'export',
  usage: 'CUSTOMER --ldif',
  summary: words.summary,
  details: words.details,
  options: { ldif: { type: 'boolean' }, content: { type: 'boolean' }, containers: { type: 'boolean' } },
  count: { min: 1, max: 1 },
  run: async ({ arguments: [id = ''], options, call, print, progress }) => {
    const customer = customerNumber(id);
    if (!options.ldif) throw new OperatorFault(words.form, 2);
    const form = { content: options.content === true, containers: options.containers === true };
    // The last line end of a record is the one that print adds.
    let entries = 0;
    const take = (record: string) => {
      print(record.slice(0, -1));
      entries += 1;
      // On a terminal the records themselves show how far it is.
      if (!process.stdout.isTTY) progress.show(words.progress(entries));
    };
    await call(exportDirectory, { customer, ...form }, { take });
    progress.done();
    return 0;
  },
};
