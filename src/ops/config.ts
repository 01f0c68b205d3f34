import { stringify } from 'yaml';
import { maskSecrets } from '../configuration.ts';
import type { Command } from './command.ts';

export const config: Command = {
  name: 'config',
  usage: '',
  summary: 'print the effective configuration, secrets masked',
  details: 'Exit 2 and the key, the reason and the line where the configuration is wrong.',
  count: { min: 0, max: 0 },
  run: async ({ configuration, print, say }) => {
    const effective = await configuration();
    say(
      effective.readFrom
        ? `Read from ${effective.readFrom}.`
        : 'No configuration file found: built-in defaults.',
    );
    print(
      stringify(maskSecrets({ ...effective, readFrom: null }))
        .replace(/^readFrom: null\n/m, '')
        .trimEnd(),
    );
    return 0;
  },
};
