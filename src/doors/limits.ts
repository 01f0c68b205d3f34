/** Time-outs and bounds of every door. Every one is a setting, so that a test can shorten it. */
export interface DoorLimits {
  /** Wrong passwords per connection before it is closed. */
  signInTriesMax: number;
  /**
   * The answer to a refused sign-in comes so long after the question: it is the same time for an unknown name and for
   * a wrong password, and guessing takes long.
   */
  signInDelayMs: number;
  /** For the handshake, and after it for the right password. */
  signInMsMax: number;
  /** Keys that an SFTP client may ask about before it signs in; asking for the methods counts as one too. */
  keyOffersMax: number;
  /** Key exchanges that one SFTP connection may ask for in a minute: each costs some milliseconds of this machine. */
  keyExchangesPerMinuteMax: number;
  /** Between two commands; stands still while a command or a transfer runs. */
  idleMsMax: number;
  /** Without a byte moving in a transfer. */
  dataStalledMsMax: number;
  /**
   * A transfer that moves less in the time above, as bytes a minute, stands still too: a byte now and then would hold its
   * session for ever. The slowest uplink of a phone moves this much in a second.
   */
  dataBytesPerMinuteMin: number;
  /** Faster commands wait. Data does not count. */
  commandsPerSecondMax: number;
  fileBytesMax: number;
}

const MINUTE_MS = 60_000;

export const DEFAULT_DOOR_LIMITS: DoorLimits = {
  signInTriesMax: 3,
  signInDelayMs: 1_000,
  signInMsMax: MINUTE_MS,
  keyOffersMax: 20,
  keyExchangesPerMinuteMax: 60,
  idleMsMax: 5 * MINUTE_MS,
  dataStalledMsMax: MINUTE_MS,
  dataBytesPerMinuteMin: 1_024,
  commandsPerSecondMax: 1_000,
  fileBytesMax: 64 * 1024 * 1024,
};

/** What must move within `dataStalledMsMax`. */
export function bytesUntilStalledMin({ dataStalledMsMax, dataBytesPerMinuteMin }: DoorLimits): number {
  return Math.max(1, Math.ceil((dataBytesPerMinuteMin * dataStalledMsMax) / MINUTE_MS));
}
