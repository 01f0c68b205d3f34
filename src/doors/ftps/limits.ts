import { DEFAULT_DOOR_LIMITS, type DoorLimits } from '../limits.ts';

/** What FTPS needs beside the limits of every door. */
export interface FtpsLimits extends DoorLimits {
  /** From a transfer command to the end of the data connection's handshake. */
  dataConnectMsMax: number;
  /**
   * An upload counts as whole only if the client closed TLS properly (close_notify). Clients that never do so need it
   * off; then an upload that a killed client left may be taken as whole.
   */
  requireCloseNotify: boolean;
  /** Where close_notify is not required: time for the loss of the control connection to be noticed. */
  settleAfterDataMs: number;
  /**
   * What a client may go on sending after its upload was refused, in bytes and in time; it is thrown away. A client whose
   * connection is cut in the middle of its data sees the cut and not the reply.
   */
  discardBytesMax: number;
  discardMsMax: number;
  /** For the client to close its side of a data connection after ours. */
  dataLingerMsMax: number;
  /** Refuses data connections that do not resume a TLS session of this door. Plain ftplib cannot. */
  requireSessionReuse: boolean;
  /** Age of the keys that seal session tickets. */
  ticketKeysMsMax: number;
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60_000;

export const DEFAULT_LIMITS: FtpsLimits = {
  ...DEFAULT_DOOR_LIMITS,
  dataConnectMsMax: 30_000,
  requireCloseNotify: true,
  settleAfterDataMs: 50,
  discardBytesMax: 64 * MIB,
  discardMsMax: 20_000,
  dataLingerMsMax: 5_000,
  requireSessionReuse: false,
  ticketKeysMsMax: DAY_MS,
};
