import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SPOOLGATE = fileURLToPath(new URL('../daemon/spoolgate.js', import.meta.url));
const COMMAND_MS_MAX = 30_000;

/**
 * Runs a command as an operator does: a process of its own that asks the daemon.
 *
 * @param folder where it is typed
 * @returns what it printed; `check` ends with 1 where an entry would fail, which is no fault of the command
 */
export function runCommand(configuration: string, folder: string, words: string[]): Promise<string> {
  const program = [SPOOLGATE, ...words, '--config', configuration];
  const settings = { cwd: folder, timeout: COMMAND_MS_MAX };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, program, settings, (error, stdout, stderr) => {
      if (error && (words[0] !== 'check' || stdout === ''))
        reject(new Error(`spoolgate ${words.join(' ')} failed: ${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}

/** What to type for the command: from a clone, a script of npm. */
export function typedCommand(environment: NodeJS.ProcessEnv): string {
  const isScript = ['demo', 'spoolgate'].includes(environment.npm_lifecycle_event ?? '');
  return isScript ? 'npm run -s spoolgate --' : 'spoolgate';
}
