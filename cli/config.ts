import { parse, stringify } from 'yaml';
import { maskSecrets, type Configuration } from '../src/configuration.ts';
import { OperatorFault } from '../src/fault.ts';
import { describeHostKeys, presentHostKeys } from '../src/doors/sftp/host-key.ts';
import { receipts as receiptWords } from '../src/messages/en/receipts.ts';
import { describeReceiptKey, presentReceiptKey } from '../src/receipts/key.ts';
import type { CallAction } from './call-action.ts';
import type { Command } from './command.ts';
import { commands } from '../src/messages/en/commands.ts';

const words = commands.config;

/** Everything that stops a start, as far as it can be known without one. Leaves nothing behind. */
export type Preflight = (configuration: Configuration, call: CallAction) => Promise<void>;

export function config(preflight: Preflight): Command {
  return {
    name: 'config',
    usage: '',
    summary: words.summary,
    details: words.details,
    options: { json: { type: 'boolean' } },
    count: { min: 0, max: 0 },
    run: async ({ options, configuration, call, print, say }) => {
      const effective = await configuration();
      say(effective.readFrom ? words.readFrom(effective.readFrom) : words.defaults);
      say(words.hostKeys(await hostKeysText(effective)));
      say(receiptWords.configKey(await receiptKeyText(effective)));
      print(options.json ? JSON.stringify(parse(effectiveYaml(effective))) : effectiveYaml(effective));
      await preflight(effective, call);
      say(words.valid);
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
  return keys === null ? words.hostKeysUnusable : describeHostKeys(keys) || words.hostKeysLater;
}

async function receiptKeyText({ data }: Configuration): Promise<string> {
  try {
    const key = await presentReceiptKey(data);
    return key ? describeReceiptKey(key) : receiptWords.keyLater;
  } catch (error) {
    // The preflight says it.
    if (error instanceof OperatorFault) return receiptWords.keyUnusable;
    throw error;
  }
}

/** In the form in which it is written: what is printed is, but for masked secrets, a configuration again. */
export function effectiveYaml(configuration: Configuration): string {
  const { readFrom: _, ...masked } = maskSecrets(configuration) as Configuration;
  const { min, max } = masked.ftps.passive;
  const ftps = { ...masked.ftps, passive: max === 0 ? 0 : `${min}-${max}` };
  return stringify({ ...masked, ftps }).trimEnd();
}
