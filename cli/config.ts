import { stringify } from 'yaml';
import { maskSecrets, type Configuration } from '../src/configuration.ts';
import { OperatorFault } from '../src/fault.ts';
import { describeHostKeys, presentHostKeys } from '../src/doors/sftp/host-key.ts';
import type { Command } from './command.ts';

/** Everything that stops a start, as far as it can be known without one. Leaves nothing behind. */
export type Preflight = (configuration: Configuration) => Promise<void>;

export function config(preflight: Preflight): Command {
  return {
    name: 'config',
    usage: '',
    summary: 'print the effective configuration, secrets masked, and check all that it names',
    details:
      'Checks what serve checks before it opens anything: folders, files, certificates, organisation files, addresses,\n' +
      'ports and the database. Exit 2 and one line for each fault, with key, value and what to do. Leaves nothing behind.',
    count: { min: 0, max: 0 },
    run: async ({ configuration, print, say }) => {
      const effective = await configuration();
      say(
        effective.readFrom
          ? `Read from ${effective.readFrom}.`
          : 'No configuration file found: built-in defaults.',
      );
      say(`SFTP host keys: ${await hostKeysText(effective)}.`);
      print(effectiveYaml(effective));
      await preflight(effective);
      say('Everything that this configuration names can be used.');
      return 0;
    },
  };
}

async function hostKeysText({ data, sftp }: Configuration): Promise<string> {
  const keys = await presentHostKeys(data, sftp.hostKey).catch((error: unknown) => {
    // The preflight says it, with all the others.
    if (error instanceof OperatorFault) return null;
    throw error;
  });
  return keys === null ? 'not usable, see below' : describeHostKeys(keys) || 'made at the first start';
}

/** In the form in which it is written: what is printed is, but for masked secrets, a configuration again. */
export function effectiveYaml(configuration: Configuration): string {
  const { readFrom: _, ...masked } = maskSecrets(configuration) as Configuration;
  const { min, max } = masked.ftps.passive;
  const ftps = { ...masked.ftps, passive: max === 0 ? 0 : `${min}-${max}` };
  return stringify({ ...masked, ftps }).trimEnd();
}
