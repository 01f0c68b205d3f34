import { account } from './account.ts';
import { activationMail } from './activation-mail.ts';
import { audit } from './audit.ts';
import { backup, restore } from './backup.ts';
import { bans } from './bans.ts';
import { check } from './check.ts';
import { claim } from './claim.ts';
import type { Command } from './command.ts';
import { completion } from './completion.ts';
import { config } from './config.ts';
import { approve, discard } from './decide.ts';
import { events } from './events.ts';
import { exportLdif } from './export.ts';
import type { CommandGroup } from './help.ts';
import { history } from './history.ts';
import { feeds } from './feeds.ts';
import { hold, release } from './hold.ts';
import { journal } from './journal.ts';
import { notices } from './notices.ts';
import { pause, resume } from './pause.ts';
import { purge } from './purge.ts';
import { receipt } from './receipt.ts';
import { reconcile } from './reconcile.ts';
import { verify } from './verify.ts';
import { sequence } from './sequence.ts';
import { setup } from './setup.ts';
import { show } from './show.ts';
import { status } from './status.ts';
import { template } from './template.ts';
import { throttle } from './throttle.ts';
import { unban } from './unban.ts';
import { undo } from './undo.ts';
import { demo } from '../demo/demo.ts';
import { preflight } from '../daemon/preflight.ts';
import { serve } from '../daemon/serve.ts';
import { expectDatabase } from '../daemon/store.ts';
import { tryDatabase } from '../src/actions/try-database.ts';
import { commands as words } from '../src/messages/en/commands.ts';
import { answers } from '../src/http/ask-daemon.ts';

const configCommand = config(async (configuration, call) => {
  const daemonRuns = await answers(configuration.data);
  await preflight(configuration, daemonRuns);
  if (daemonRuns) await call(tryDatabase, { url: configuration.database ?? null });
  else await expectDatabase(configuration);
});

const { groups } = words.help;

/** The one list of commands, by the work that needs them. */
export const GROUPS: readonly CommandGroup[] = [
  { title: groups.server, commands: [serve, configCommand, status] },
  {
    title: groups.customers,
    commands: [
      setup,
      show,
      claim,
      activationMail,
      history,
      exportLdif,
      hold,
      release,
      pause,
      resume,
      throttle,
    ],
  },
  {
    title: groups.files,
    commands: [check, template, approve, discard, undo, receipt, sequence, feeds, reconcile, events, notices],
  },
  { title: groups.access, commands: [account, bans, unban, audit, journal] },
  { title: groups.maintenance, commands: [backup, restore, purge, verify] },
  { title: groups.shell, commands: [demo, completion(() => COMMANDS)] },
];

export const COMMANDS: readonly Command[] = GROUPS.flatMap((group) => group.commands);
