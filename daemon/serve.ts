import { setTimeout as delay } from 'node:timers/promises';
import type { Configuration } from '../src/configuration.ts';
import { answers } from '../src/http/ask-daemon.ts';
import { messageOf, OperatorFault } from '../src/fault.ts';
import type { Command } from '../cli/command.ts';
import { dieAtStep } from '../src/failpoints.ts';
import type { Daemon } from './main.ts';
import { preflight } from './preflight.ts';
import { operator } from '../src/messages/en/operator.ts';
import { commands } from '../src/messages/en/commands.ts';

/**
 * Less than the 10 s that operators count on. An end at any moment loses nothing, so what still waits for a mail server
 * or a disk by then is left to the next start.
 */
const CLOSE_MS_MAX = 9_500;
/** A start that is stopped may finish first, so that it is closed in good order; one that hangs is left. */
const START_MS_MAX = 5_000;

export const serve: Command = {
  name: 'serve',
  usage: '',
  summary: commands.serve.summary,
  details: commands.serve.details,
  count: { min: 0, max: 0 },
  run: async ({ configuration, say }) => {
    const stop = Promise.withResolvers<null>();
    // Installed before anything starts.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.resolve(null));
    if (process.geteuid?.() === 0) say(operator.daemon.asRoot);
    if (process.env.SPOOLGATE_DIE_AT) dieAtStep(process.env.SPOOLGATE_DIE_AT);
    const starting = start(await configuration());
    const started = await Promise.race([starting, stop.promise]);
    const daemon = started ?? (await Promise.race([starting, delay(START_MS_MAX, null)]));
    if (daemon === null) {
      say(operator.daemon.stoppedWhileStarting);
      process.exit(0);
    }
    await stop.promise;
    const closed = daemon.close().then(() => true);
    if (await Promise.race([closed, delay(CLOSE_MS_MAX, false, { ref: false })])) return 0;
    say(operator.daemon.stoppedWithWorkLeft);
    process.exit(0);
  },
};

async function start(configuration: Configuration): Promise<Daemon> {
  if (await answers(configuration.data)) throw new OperatorFault(operator.daemon.alreadyRunning);
  await preflight(configuration, false);
  // The other commands are spared it: it loads as much as all of them.
  const { startDaemon } = await import('./main.ts');
  return startDaemon(configuration).catch((error: unknown) => {
    if (error instanceof OperatorFault) throw error;
    throw new Error(operator.daemon.startFailed(messageOf(error)), { cause: error });
  });
}
