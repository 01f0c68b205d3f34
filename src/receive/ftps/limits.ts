/** Time-outs and bounds of the FTPS door. Every one is a setting, so that a test can shorten it. */
export interface FtpsLimits {
  sessionsMax: number;
  /** One client address cannot take all sessions. */
  sessionsPerAddressMax: number;
  /** Wrong passwords per connection before it is closed. */
  signInTriesMax: number;
  /** Pause before the answer to a wrong password. */
  signInDelayMs: number;
  /** For the TLS handshake, and after it for the right password. */
  signInMsMax: number;
  /** Between two commands; stands still while a command or a transfer runs. */
  idleMsMax: number;
  /** From a transfer command to the end of the data connection's handshake. */
  dataConnectMsMax: number;
  /** Without a byte moving on a data connection. */
  dataStalledMsMax: number;
  /**
   * An upload counts as whole only if the client closed TLS properly (close_notify). Clients that never do so need it
   * off; then an upload that a killed client left may be taken as whole.
   */
  requireCloseNotify: boolean;
  /** Where close_notify is not required: time for the loss of the control connection to be noticed. */
  settleAfterDataMs: number;
  /** Refuses data connections that do not resume a TLS session of this door. Plain ftplib cannot. */
  requireSessionReuse: boolean;
  fileBytesMax: number;
  /** Age of the keys that seal session tickets. */
  ticketKeysMsMax: number;
}

const MINUTE_MS = 60_000;

export const DEFAULT_LIMITS: FtpsLimits = {
  sessionsMax: 200,
  sessionsPerAddressMax: 50,
  signInTriesMax: 3,
  signInDelayMs: 1_000,
  signInMsMax: MINUTE_MS,
  idleMsMax: 5 * MINUTE_MS,
  dataConnectMsMax: 30_000,
  dataStalledMsMax: MINUTE_MS,
  requireCloseNotify: true,
  settleAfterDataMs: 50,
  requireSessionReuse: false,
  fileBytesMax: 64 * 1024 * 1024,
  ticketKeysMsMax: 24 * 60 * MINUTE_MS,
};
