import { accountRemove } from './account-remove.ts';
import type { Action } from './action.ts';
import { activationMail } from './activation-mail.ts';
import { approve } from './approve.ts';
import { auditTrail } from './audit-entries.ts';
import { backup } from './backup.ts';
import { bans } from './bans.ts';
import { check } from './check.ts';
import { claim } from './claim.ts';
import { customerStatus } from './customer-status.ts';
import { discard } from './discard.ts';
import { events } from './events.ts';
import { exportDirectory } from './export.ts';
import { feeds } from './feeds.ts';
import { groups } from './groups.ts';
import { history } from './history.ts';
import { hold } from './hold.ts';
import { pause } from './pause.ts';
import { notices, noticesEnable, noticesList, noticesResend, noticesTest } from './notices.ts';
import { purge } from './purge.ts';
import { reconcile } from './reconcile.ts';
import { release } from './release.ts';
import { resume } from './resume.ts';
import { ruleSequence } from './rule-sequence.ts';
import { sequence } from './sequence.ts';
import { setup } from './setup.ts';
import { show } from './show.ts';
import { status } from './status.ts';
import { throttle } from './throttle.ts';
import { tryDatabase } from './try-database.ts';
import { unban } from './unban.ts';
import { undo } from './undo.ts';
import { verify } from './verify.ts';
import { waiting } from './waiting.ts';

/** All that can be asked for, at the control socket and by commands. */
export const ACTIONS: readonly Action[] = [
  setup,
  status,
  customerStatus,
  waiting,
  show,
  groups,
  claim,
  activationMail,
  history,
  throttle,
  hold,
  release,
  pause,
  resume,
  approve,
  discard,
  undo,
  feeds,
  sequence,
  ruleSequence,
  check,
  exportDirectory,
  bans,
  unban,
  accountRemove,
  auditTrail,
  events,
  notices,
  noticesList,
  noticesTest,
  noticesEnable,
  noticesResend,
  purge,
  reconcile,
  backup,
  verify,
  tryDatabase,
];
