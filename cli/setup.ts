import { readFile } from 'node:fs/promises';
import { setup as setupAction, type SetupChange } from '../src/actions/setup.ts';
import { causeOf } from '../src/cause.ts';
import { readYaml } from '../src/configuration.ts';
import { OperatorFault } from '../src/fault.ts';
import { escapeHidden, quoted } from '../src/shown-text.ts';
import type { Command } from './command.ts';
import { setupNotice } from './setup-notice.ts';
import { commands } from '../src/messages/en/commands.ts';

const words = commands.setup;

export const setup: Command = {
  name: 'setup',
  usage: 'FILE.yaml',
  summary: words.summary,
  details: words.details,
  options: { json: { type: 'boolean' } },
  count: { min: 1, max: 1 },
  run: async ({ arguments: [file = ''], options, configuration, call, print, say }) => {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new OperatorFault(commands.wrong.organisationFile(quoted(file), causeOf(error)), 2);
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
    if (options.json) {
      print(escapeHidden(JSON.stringify({ changes: changes.map(shownChange), added })));
      return 0;
    }
    for (const { what, name } of changes) say(told({ what, name }));
    say(changes.length === 0 ? words.unchanged : words.done(changes.length));
    for (const customer of added) say(`\n${await setupNotice(await configuration(), customer)}`);
    return 0;
  },
};

function told({ what, name }: SetupChange): string {
  const thing = words.things[what](name);
  return what === 'removed account' ? thing : words.change(thing);
}

/** The code and the name, and the words as `what`. */
function shownChange({ what: kind, name }: SetupChange): object {
  return { what: words.things[kind](name), isRemoval: kind === 'removed account', kind, name };
}
