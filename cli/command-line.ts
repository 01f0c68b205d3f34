import { parseArgs } from 'node:util';
import v8 from 'node:v8';
import { readConfiguration, type Configuration } from '../src/configuration.ts';
import { causeOf } from '../src/cause.ts';
import { codeOf, OperatorFault } from '../src/fault.ts';
import { quoted } from '../src/shown-text.ts';
import type { Command, CommandContext } from './command.ts';
import { actionCaller } from './call-action.ts';
import { COMMANDS } from './commands.ts';
import { shownLines } from '../src/shown-text.ts';

const COMMON = { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

// The heap stays near what is in use, also on a machine with much memory: half the resident size for a large file, for a
// tenth of its speed.
v8.setFlagsFromString('--optimize-for-size');

// Everything that is made has a mode of its own; what has none is for the program and its group.
process.umask(0o027);

// The reader of a pipe may go away (`| head`): what was begun is carried out all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await main(process.argv.slice(2));

async function main([name = '', ...rest]: string[]): Promise<number> {
  const say = (text: string) => void process.stderr.write(`${shownLines(text)}\n`);
  if (['', 'help', '--help', '-h'].includes(name)) {
    process.stdout.write(help());
    return name === '' ? 2 : 0;
  }
  try {
    const command = COMMANDS.find((one) => one.name === name);
    if (!command) throw new OperatorFault(`There is no command "${name}". See: spoolgate --help`, 2);
    return await runCommand(command, rest, say);
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

/** What the system refused is the operator's to mend: no stack. @returns null for a fault of ours */
function systemFaultText(error: unknown): string | null {
  const fault = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!(fault instanceof Error) || !('syscall' in fault) || codeOf(fault) === undefined) return null;
  const place = 'path' in fault && typeof fault.path === 'string' ? `${quoted(fault.path)}: ` : '';
  return `${place}${causeOf(fault)}`;
}

async function runCommand(command: Command, rest: string[], say: CommandContext['say']): Promise<number> {
  const { values, positionals } = readArguments(command, rest);
  if (values.help) {
    process.stdout.write(helpFor(command));
    return 0;
  }
  if (positionals.length < command.count.min || positionals.length > command.count.max)
    throw new OperatorFault(`Usage: spoolgate ${command.name} ${command.usage}`.trimEnd(), 2);
  let read: Promise<Configuration> | undefined;
  const configuration = () => (read ??= readConfiguration(values.config as string | undefined, process.env));
  await using caller = actionCaller(configuration, process.stdout);
  return await command.run({
    arguments: positionals,
    options: values,
    configuration,
    call: caller.call,
    print: (text) => void process.stdout.write(`${shownLines(text)}\n`),
    say,
  });
}

function readArguments(command: Command, rest: string[]) {
  try {
    const options = { ...command.options, ...COMMON };
    const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true, strict: true });
    return { values: values as CommandContext['options'], positionals };
  } catch (error) {
    throw new OperatorFault(
      `${error instanceof Error ? error.message : String(error)}\n${helpFor(command)}`.trimEnd(),
      2,
    );
  }
}

function help(): string {
  const width = Math.max(...COMMANDS.map(({ name, usage }) => `${name} ${usage}`.length));
  const lines = COMMANDS.map(
    ({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(width)}  ${summary}`,
  );
  return [
    'Spoolgate: change files in by FTPS, accounts in PostgreSQL, reports and traces out.',
    '',
    'Usage: spoolgate COMMAND [--config FILE]',
    '',
    ...lines,
    '',
    'After an installation the command is spoolgate; from a clone it is: npm run -s spoolgate -- COMMAND',
    'Each command says more: spoolgate COMMAND --help',
    '',
    'The configuration is found as --config, $SPOOLGATE_CONFIG, ./config/spoolgate.yaml,',
    '/etc/spoolgate/spoolgate.yaml, else the built-in defaults are used.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 nothing to do.',
    '',
  ].join('\n');
}

function helpFor({ name, usage, summary, details, options }: Command): string {
  // What the usage names already, such as an option that must be given, stands there once.
  const flags = Object.entries(options ?? {})
    .filter(([flag]) => !usage.split(/[ [\]]/u).includes(`--${flag}`))
    .map(([flag, { type }]) => ` [--${flag}${type === 'string' ? ' VALUE' : ''}]`);
  const lines = [
    `Usage: spoolgate ${name} ${usage}`.trimEnd() + flags.join('') + ' [--config FILE]',
    '',
    summary,
  ];
  return `${[...lines, ...(details ? ['', details] : [])].join('\n')}\n`;
}
