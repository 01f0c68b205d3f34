import { readArguments } from '../../cli/arguments.ts';
import type { CommandContext } from '../../cli/command.ts';
import { journal } from '../../cli/journal.ts';
import { OperatorFault } from '../../src/fault.ts';
import type { Ended } from '../support/command-line.ts';

/** The command in this process. @param roomFor after so many looks for room nobody reads any more */
export async function runJournal(words: string[], roomFor = Infinity): Promise<Ended> {
  const [written, said]: [string[], string[]] = [[], []];
  let looks = 0;
  const ended = (code: number) => ({ code, stdout: written.join(''), stderr: said.join('\n') });
  try {
    const { values, positionals } = readArguments(journal, words);
    const context: Partial<CommandContext> = {
      arguments: positionals,
      options: values,
      write: (text) => void written.push(text),
      room: async () => (looks += 1) <= roomFor,
      say: (text) => void said.push(text),
      progress: { show: () => {}, done: () => {} },
    };
    return ended(await journal.run(context as CommandContext));
  } catch (error) {
    if (!(error instanceof OperatorFault)) throw error;
    said.push(error.message);
    return ended(error.exitCode);
  }
}
