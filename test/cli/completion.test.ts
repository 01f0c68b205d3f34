import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../cli/command.ts';
import { COMMANDS } from '../../cli/commands.ts';
import { completion } from '../../cli/completion.ts';

async function script(shell: string): Promise<string> {
  const printed: string[] = [];
  const context = { arguments: [shell], options: {}, print: (text: string) => void printed.push(text) };
  await completion(() => COMMANDS).run(context as unknown as CommandContext);
  return printed.join('\n');
}

describe('bash completes', () => {
  /** What a real bash offers for the last of these words. */
  async function offered(...words: string[]): Promise<string[]> {
    const line = ['spoolgate', ...words].map((word) => `'${word}'`).join(' ');
    const asked = `${await script('bash')}
COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _spoolgate; printf '%s\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['--norc', '-c', asked], { encoding: 'utf8', cwd: '/etc' })
      .split('\n')
      .filter((word) => word !== '');
  }

  it.each([
    ['a command', ['thr'], ['throttle']],
    ['every command', [''], [...COMMANDS.map(({ name }) => name), 'help']],
    ['an option', ['throttle', '1', '--ho'], ['--hourly']],
    ['an option that all have', ['status', '--conf'], ['--config']],
    ['a word of its usage', ['account', 're'], ['remove']],
    ['a shell', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['a file where one is named', ['check', 'pass'], ['passwd']],
    ['the file of the configuration', ['status', '--config', 'passw'], ['passwd']],
    ['no file where none is named', ['show', 'pass'], []],
    ['the command that help is asked for', ['help', 'rec'], ['reconcile']],
  ])('%s', async (_, words, expected) => {
    expect((await offered(...words)).filter((word) => !word.endsWith('-'))).toEqual(expected);
  });

  it('and the script can be read by it', async () => {
    execFileSync('bash', ['-n', '-c', await script('bash')]);
  });
});

it.each(['zsh', 'fish'])('the script for %s names every command and option', async (shell) => {
  const text = await script(shell);
  for (const { name, options } of COMMANDS) {
    expect(text).toContain(name);
    for (const option of Object.keys(options ?? {}))
      expect(text).toContain(shell === 'fish' ? `-l ${option}` : `--${option}`);
  }
});

it('another shell is refused', async () => {
  await expect(script('toString')).rejects.toThrow('Unknown shell "toString". Use bash, zsh or fish.');
});
