import { purge as purgeAction } from '../src/actions/purge.ts';
import type { Command, CommandContext } from './command.ts';

export const purge: Command = {
  name: 'purge',
  usage: '',
  summary: 'delete files in _processed, _error and _report that were kept long enough',
  details:
    'The daemon does this every hour. --dry-run lists what would go, one file a line, and deletes nothing.\n' +
    'How long files are kept: retention.days of the configuration, or retentionDays of the customer.',
  options: { 'dry-run': { type: 'boolean' } },
  count: { min: 0, max: 0 },
  run: (context) => (context.options['dry-run'] ? list(context) : run(context)),
};

async function list({ call, print, say }: CommandContext): Promise<number> {
  const { files } = await call(
    purgeAction,
    { dryRun: true },
    { take: ({ file, createdAt, bytes }) => print(`${createdAt} ${bytes} ${file}`) },
  );
  say(files === 0 ? 'Nothing would go.' : `${files} files would go.`);
  return 0;
}

async function run({ call, say }: CommandContext): Promise<number> {
  const { files, bytes, failed } = await call(purgeAction, { dryRun: false });
  say(`${files} files deleted, ${bytes} bytes${failed > 0 ? `; ${failed} could not be deleted` : ''}.`);
  return failed > 0 ? 1 : 0;
}
