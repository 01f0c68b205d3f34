import { messageOf, OperatorFault } from '../src/fault.ts';
import type { Command } from '../src/ops/command.ts';
import { dieAtStep } from '../src/step.ts';
import { startDaemon } from './main.ts';

export const serve: Command = {
  name: 'serve',
  usage: '',
  summary: 'run the daemon until SIGTERM or SIGINT',
  count: { min: 0, max: 0 },
  run: async ({ configuration, say }) => {
    const stop = Promise.withResolvers<NodeJS.Signals>();
    // Installed before anything starts: a signal during the start stops the daemon as soon as it is up.
    process.on('SIGTERM', stop.resolve);
    process.on('SIGINT', stop.resolve);
    if (process.geteuid?.() === 0)
      say('Running as root: an ordinary user is enough, and safer. See README, "Install".');
    if (process.env.SPOOLGATE_DIE_AT) dieAtStep(process.env.SPOOLGATE_DIE_AT);
    const daemon = await startDaemon(await configuration()).catch((error: unknown) => {
      if (error instanceof OperatorFault) throw error;
      throw new Error(`The daemon could not start: ${messageOf(error)}`, { cause: error });
    });
    await stop.promise;
    await daemon.close();
    return 0;
  },
};
