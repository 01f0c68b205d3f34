import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import v8 from 'node:v8';
import { readConfiguration, type Configuration } from '../src/configuration.ts';
import { causeOf } from '../src/cause.ts';
import { codeOf, OperatorFault } from '../src/fault.ts';
import { quoted } from '../src/shown-text.ts';
import type { Command, CommandContext } from './command.ts';
import { commands } from '../src/messages/en/commands.ts';
import { actionCaller } from './call-action.ts';
import { readArguments, unknownCommand } from './arguments.ts';
import { COMMANDS, GROUPS } from './commands.ts';
import { help, helpFor, usageOf } from './help.ts';
import { progressOn, type Progress } from './progress.ts';
import { shownLines } from '../src/shown-text.ts';

// The heap stays near what is in use, also on a machine with much memory: half the resident size for a large file, for a
// tenth of its speed.
v8.setFlagsFromString('--optimize-for-size');

// Everything that is made has a mode of its own; what has none is for the program and its group.
process.umask(0o027);

// The reader of a pipe may go away (`| head`): what was begun is carried out all the same.
let isRead = true;
process.stdout.on('error', () => (isRead = false));
process.stderr.on('error', () => {});

process.exitCode = await main(process.argv.slice(2));

async function main([name = '', ...rest]: string[]): Promise<number> {
  const progress = progressOn(process.stderr);
  const say = (text: string) => {
    progress.done();
    process.stderr.write(`${shownLines(text)}\n`);
  };
  if (['', 'help', '--help', '-h'].includes(name)) {
    return printHelp(name, rest);
  }
  try {
    const command = COMMANDS.find((one) => one.name === name);
    if (!command) throw new OperatorFault(unknownCommand(name, COMMANDS), 2);
    return await runCommand(command, rest, say, progress);
  } catch (error) {
    if (error instanceof OperatorFault) {
      say(`spoolgate: ${error.message}`);
      return error.exitCode;
    }
    say(
      `spoolgate: ${systemFaultText(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))}`,
    );
    return 1;
  }
}

/** `spoolgate help COMMAND` is `spoolgate COMMAND --help`. */
function printHelp(name: string, [about]: string[]): number {
  const command = COMMANDS.find((one) => one.name === about);
  process.stdout.write(command ? helpFor(command) : help(GROUPS));
  return name === '' ? 2 : 0;
}

/** What the system refused is the operator's to mend: no stack. @returns null for a fault of ours */
function systemFaultText(error: unknown): string | null {
  const fault = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!(fault instanceof Error) || !('syscall' in fault) || codeOf(fault) === undefined) return null;
  const place = 'path' in fault && typeof fault.path === 'string' ? `${quoted(fault.path)}: ` : '';
  return `${place}${causeOf(fault)}`;
}

/** One that is broken has room for everything, and says so a moment after it was written to. */
async function room(): Promise<boolean> {
  for (const stream of [process.stdout, process.stderr])
    if (stream.writableNeedDrain) await once(stream, 'drain').catch(() => {});
  await nextTurn();
  return isRead;
}

async function runCommand(
  command: Command,
  rest: string[],
  say: CommandContext['say'],
  progress: Progress,
): Promise<number> {
  const { values, positionals } = readArguments(command, rest);
  if (values.help) {
    process.stdout.write(helpFor(command));
    return 0;
  }
  if (positionals.length < command.count.min || positionals.length > command.count.max)
    throw new OperatorFault(usageOf(command), 2);
  let read: Promise<Configuration> | undefined;
  const configuration = () => (read ??= readConfiguration(values.config as string | undefined, process.env));
  await using caller = actionCaller(configuration, process.stdout);
  const context: CommandContext = {
    arguments: positionals,
    options: values,
    configuration,
    call: caller.call,
    print: (text) => void process.stdout.write(`${shownLines(text)}\n`),
    write: (text) => void process.stdout.write(text),
    room,
    say,
    progress,
  };
  try {
    return await command.run(context);
  } catch (error) {
    const settings = await read?.catch(() => null);
    // What failed may have looked in the wrong place.
    if (settings?.readFrom === null) say(commands.config.defaultsUsed(settings.data, settings.spool));
    throw error;
  }
}
