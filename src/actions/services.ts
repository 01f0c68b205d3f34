import type { Clock } from '../clock.ts';
import type { Configuration } from '../configuration.ts';
import type { Database } from '../database/open.ts';
import type { LoopStatus } from '../loop-watch.ts';
import type { Caps } from '../order/throttle.ts';

/** What actions work with. */
export interface ActionServices {
  database: Database;
  clock: Clock;
  /** As configured; null: the embedded one. */
  databaseUrl: string | null;
  /** Absolute path of the spool. */
  spool: string;
  /** For customers without caps of their own. */
  caps: Caps;
  /** For customers without a retention of their own. */
  retentionDays: number;
  /** So long after a file was applied it can be taken back. */
  undoDays: number;
  maskPasswords: boolean;
  hasMailServer: boolean;
  /** A larger change file is taken by no door. */
  fileBytesMax: number;
  /** Folder for files that end with the action. */
  scratch: string;
  /** Told after a change, so that a running daemon looks again at once. */
  changed: (customer: number) => void;
  /** Of the running daemon. */
  loop?: () => LoopStatus;
}

type Surroundings = Pick<ActionServices, 'database' | 'clock' | 'scratch' | 'changed' | 'loop'>;

/** The same of the same configuration, in a daemon and without one. */
export function actionServices(
  { spool, throttle, retention, undo, trace, mail, limits, database: url }: Configuration,
  surroundings: Surroundings,
): ActionServices {
  return {
    databaseUrl: url ?? null,
    spool,
    caps: throttle,
    retentionDays: retention.days,
    undoDays: undo.days,
    maskPasswords: trace.maskPasswords,
    hasMailServer: mail.smtp !== undefined,
    fileBytesMax: limits.fileBytes,
    ...surroundings,
  };
}
