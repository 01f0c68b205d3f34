import { access, constants, stat } from 'node:fs/promises';
import { causeOf } from '../src/cause.ts';
import { OperatorFault } from '../src/fault.ts';
import { commands } from '../src/messages/en/commands.ts';
import { escapeHidden } from '../src/shown-text.ts';

/** Before anything is written. @throws {OperatorFault} exit code 2 where one is missing or cannot be read */
export async function expectFiles(files: readonly string[]): Promise<void> {
  const faults: string[] = [];
  for (const file of files) {
    try {
      if ((await stat(file)).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      await access(file, constants.R_OK);
    } catch (error) {
      faults.push(commands.wrong.file(escapeHidden(file), causeOf(error)));
    }
  }
  if (faults.length > 0) throw new OperatorFault(faults.join('\n'), 2);
}
