import { purge as purgeAction } from '../src/actions/purge.ts';
import { escapeHidden } from '../src/shown-text.ts';
import type { Command, CommandContext } from './command.ts';
import { commands } from '../src/messages/en/commands.ts';

const words = commands.purge;

export const purge: Command = {
  name: 'purge',
  usage: '',
  summary: words.summary,
  details: words.details,
  options: { 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } },
  count: { min: 0, max: 0 },
  run: (context) => (context.options['dry-run'] ? list(context) : run(context)),
};

async function list({ options, call, print, say }: CommandContext): Promise<number> {
  const listed: object[] = [];
  const { files } = await call(
    purgeAction,
    { dryRun: true },
    {
      take: (one) => {
        if (options.json) listed.push(one);
        else print(`${one.createdAt} ${one.bytes} ${one.file}`);
      },
    },
  );
  if (options.json) print(escapeHidden(JSON.stringify({ dryRun: true, files: listed })));
  else say(files === 0 ? words.nothing : words.would(files));
  return 0;
}

async function run({ options, call, print, say }: CommandContext): Promise<number> {
  const { files, bytes, failed } = await call(purgeAction, { dryRun: false });
  if (options.json) print(JSON.stringify({ dryRun: false, files, bytes, failed }));
  else {
    say(files === 0 && failed === 0 ? words.nothing : words.deleted(files, bytes));
    if (failed > 0) say(words.failed(failed));
  }
  return failed > 0 ? 1 : 0;
}
