import { readFile } from 'node:fs/promises';
import { setup as setupAction } from '../src/actions/setup.ts';
import { causeOf } from '../src/cause.ts';
import { readYaml } from '../src/configuration.ts';
import { OperatorFault } from '../src/fault.ts';
import { quoted } from '../src/shown-text.ts';
import type { Command } from './command.ts';
import { setupNotice } from './setup-notice.ts';

export const setup: Command = {
  name: 'setup',
  usage: 'FILE.yaml',
  summary: 'create or update what an organisation file says',
  details: 'Running it twice changes nothing. Works while the daemon runs, and while none does.',
  count: { min: 1, max: 1 },
  run: async ({ arguments: [file = ''], configuration, call, say }) => {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new OperatorFault(`The organisation file ${quoted(file)} cannot be read: ${causeOf(error)}`, 2);
    });
    // Checked here too, for the lines of its faults.
    const { customers } = readYaml(text, file, setupAction.input);
    const changes = [];
    const added = [];
    for (const customer of customers) {
      const done = await call(setupAction, { customers: [customer] });
      changes.push(...done.changes);
      added.push(...done.added);
    }
    for (const { what, isRemoval } of changes) say(isRemoval ? what : `set up ${what}`);
    say(
      changes.length === 0
        ? 'Everything was as the file says.'
        : `${changes.length} created, changed or removed.`,
    );
    for (const customer of added) say(`\n${await setupNotice(await configuration(), customer)}`);
    return 0;
  },
};
