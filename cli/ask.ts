import os from 'node:os';
import type { Configuration } from '../src/configuration.ts';

/** Carries out a request at the running daemon, or directly where none runs. */
export type Ask = <Answer>(configuration: Configuration, request: object) => Promise<Answer>;

/** Who runs a command, for the audit table. */
export function operatorName(): string {
  const { username } = os.userInfo();
  return process.env.SUDO_USER ? `${username} (${process.env.SUDO_USER})` : username;
}
