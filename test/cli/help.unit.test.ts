import { describe, expect, it } from 'vitest';
import { readArguments, unknownCommand } from '../../cli/arguments.ts';
import type { Command } from '../../cli/command.ts';
import { help, helpFor } from '../../cli/help.ts';
import { OperatorFault } from '../../src/fault.ts';
import { progressOn } from '../../cli/progress.ts';

const command = (name: string, more: Partial<Command> = {}): Command => ({
  name,
  usage: '',
  summary: `do ${name}`,
  count: { min: 0, max: 0 },
  run: async () => 0,
  ...more,
});

const STATUS = command('status', { options: { json: { type: 'boolean' }, customer: { type: 'string' } } });

it('the help lists commands by the work that needs them', () => {
  const text = help([
    { title: 'Access', commands: [command('bans'), command('unban', { usage: 'ADDRESS' })] },
    { title: 'Maintenance', commands: [command('purge')] },
  ]);
  expect(text).toContain(
    'Access:\n  bans           do bans\n  unban ADDRESS  do unban\n\nMaintenance:\n  purge          do purge\n',
  );
});

it('the help of a command names each option once', () => {
  expect(helpFor(STATUS)).toContain('Usage: spoolgate status [--json] [--customer VALUE] [--config FILE]\n');
});

describe('wrong usage says what was meant', () => {
  it.each([
    [['--jsn'], 'unknown option --jsn; did you mean --json?\nSee: spoolgate status --help'],
    [['--confg', 'x'], 'unknown option --confg; did you mean --config?\nSee: spoolgate status --help'],
    [['--nonsense'], 'unknown option --nonsense\nSee: spoolgate status --help'],
    [['-x'], 'unknown option -x\nSee: spoolgate status --help'],
    [['--a\u001b[2J'], 'unknown option --a\\u001b[2J\nSee: spoolgate status --help'],
    [['--customer'], 'option --customer requires a value\nSee: spoolgate status --help'],
    [['--json=1'], 'option --json does not take a value\nSee: spoolgate status --help'],
    [['--customer', '--json'], 'option --customer requires a value\nSee: spoolgate status --help'],
  ])('%j', (given, message) => {
    expect(() => readArguments(STATUS, given)).toThrow(new OperatorFault(message, 2));
  });

  it.each([
    ['statsu', 'unknown command "statsu"; did you mean status?\nSee: spoolgate help'],
    ['frobnicate', 'unknown command "frobnicate"\nSee: spoolgate help'],
  ])('%s', (name, message) => {
    expect(unknownCommand(name, [STATUS, command('setup')])).toBe(message);
  });
});

describe('progress', () => {
  const written: string[] = [];
  const terminal = (isTTY: boolean) => ({
    isTTY,
    columns: 20,
    write: (text: string) => written.push(text) > 0,
  });

  it('is one line of a terminal, not written too often, and taken away at the end', () => {
    written.length = 0;
    let now = 0;
    const progress = progressOn(terminal(true), () => now);
    progress.show('table a');
    progress.show('table b');
    now = 200;
    progress.show('a line that is far too long for it');
    progress.done();
    progress.done();
    expect(written).toEqual(['\r\u001b[Ktable a', '\r\u001b[Ka line that is far ', '\r\u001b[K']);
  });

  it('is not shown where there is no terminal', () => {
    written.length = 0;
    const progress = progressOn(terminal(false));
    progress.show('table a');
    progress.done();
    expect(written).toEqual([]);
  });
});
