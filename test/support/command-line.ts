import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMAND_LINE = fileURLToPath(new URL('../../daemon/cli.ts', import.meta.url));

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command as an operator would, on the configuration in this home. */
export function spoolgate(home: string, ...words: string[]): Promise<Ended> {
  return spoolgateIn(home, ...words, '--config', path.join(home, 'spoolgate.yaml'));
}

/** Runs a command in a folder, on what configuration it finds. */
export function spoolgateIn(folder: string, ...words: string[]): Promise<Ended> {
  const given = [COMMAND_LINE, ...words];
  const env = { ...process.env, DATABASE_URL: undefined, SPOOLGATE_CONFIG: undefined };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, given, { env, cwd: folder }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
