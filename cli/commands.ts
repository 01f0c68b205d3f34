import { account } from './account.ts';
import { audit } from './audit.ts';
import { backup, restore } from './backup.ts';
import { bans } from './bans.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { config } from './config.ts';
import { exportLdif } from './export.ts';
import { history } from './history.ts';
import { hold, release } from './hold.ts';
import { purge } from './purge.ts';
import { reconcile } from './reconcile.ts';
import { setup } from './setup.ts';
import { show } from './show.ts';
import { status } from './status.ts';
import { throttle } from './throttle.ts';
import { unban } from './unban.ts';
import { demo } from '../demo/demo.ts';
import { preflight } from '../daemon/preflight.ts';
import { serve } from '../daemon/serve.ts';
import { expectDatabase } from '../daemon/store.ts';
import { answers } from '../src/http/ask-daemon.ts';

/** In the order of the help. */
export const COMMANDS: readonly Command[] = [
  serve,
  setup,
  status,
  show,
  history,
  throttle,
  hold,
  release,
  check,
  exportLdif,
  bans,
  unban,
  account,
  audit,
  purge,
  reconcile,
  backup,
  restore,
  config(async (configuration) => {
    await preflight(configuration, await answers(configuration.data));
    await expectDatabase(configuration);
  }),
  demo,
];
