import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, OperatorFault } from '../src/fault.ts';
import type { Command } from '../src/ops/command.ts';
import { dieAtStep } from '../src/step.ts';
import { startDaemon } from './main.ts';

/**
 * Less than the 10 s that operators count on. An end at any moment loses nothing, so what still waits for a mail server
 * or a disk by then is left to the next start.
 */
const CLOSE_MS_MAX = 9_500;

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
    const closed = daemon.close().then(() => true);
    if (await Promise.race([closed, delay(CLOSE_MS_MAX, false, { ref: false })])) return 0;
    say('Not all work in hand ended in time; the next start goes on with it.');
    process.exit(0);
  },
};
