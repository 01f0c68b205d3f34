import { commands } from './commands.ts';
import { configuration } from './configuration.ts';
import { demo } from './demo.ts';
import { health } from './health.ts';
import { kinds } from './kinds.ts';
import { mails } from './mails.ts';
import { notices } from './notices.ts';
import { operator } from './operator.ts';
import { receipts } from './receipts.ts';
import { plan } from './plan.ts';
import { report } from './report.ts';
import { replies } from './replies.ts';
import { results } from './results.ts';
import { status } from './status.ts';
import { undo } from './undo.ts';

/** Everything that people read, in English, by area. `Messages` (messages.ts) is made from it. */
export const en = {
  results,
  otherResult: (code: number) => `The entry failed with result code ${code}.`,
  receipts,
  report,
  undo,
  plan,
  kinds,
  status,
  mails,
  notices,
  replies,
  configuration,
  operator,
  commands,
  demo,
  health,
};
