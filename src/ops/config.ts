import { stringify } from 'yaml';
import { maskSecrets, type Configuration } from '../configuration.ts';
import { describeHostKeys, presentHostKeys } from '../receive/sftp/host-key.ts';
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
    const hostKeys = await presentHostKeys(effective.data, effective.sftp.hostKey);
    say(`SFTP host keys: ${describeHostKeys(hostKeys) || 'made at the first start'}.`);
    print(effectiveYaml(effective));
    return 0;
  },
};

/** In the form in which it is written: what is printed is, but for masked secrets, a configuration again. */
export function effectiveYaml(configuration: Configuration): string {
  const { readFrom: _, ...masked } = maskSecrets(configuration) as Configuration;
  const { min, max } = masked.ftps.passive;
  const ftps = { ...masked.ftps, passive: max === 0 ? 0 : `${min}-${max}` };
  return stringify({ ...masked, ftps }).trimEnd();
}
