import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
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
    ['a value of an option', ['journal', '--component', 'FOR'], ['FORMS', 'FORUMS']],
    ['a file where one is named', ['check', 'pass'], ['passwd']],
    ['the file of the configuration', ['status', '--config', 'passw'], ['passwd']],
    ['no file where none is named', ['show', 'pass'], []],
    ['the command that help is asked for', ['help', 'reco'], ['reconcile']],
  ])('%s', async (_, words, expected) => {
    expect((await offered(...words)).filter((word) => !word.endsWith('-'))).toEqual(expected);
  });

  it('and the script can be read by it', async () => {
    execFileSync('bash', ['-n', '-c', await script('bash')]);
  });
});

/** Of zsh and fish, by what they offer for the last word of a line. */
const LINES: [title: string, line: string, expected: string[]][] = [
  ['a command', 'spoolgate thr', ['throttle']],
  ['an option', 'spoolgate throttle 1 --ho', ['--hourly']],
  ['an option that all have', 'spoolgate status --conf', ['--config']],
  ['a word of its usage', 'spoolgate account re', ['remove']],
  ['a shell', 'spoolgate completion ', ['bash', 'fish', 'zsh']],
  ['a value of an option', 'spoolgate journal --component FOR', ['FORMS', 'FORUMS']],
  ['a file where one is named', 'spoolgate check pass', ['passwd']],
  ['the file of the configuration', 'spoolgate status --config passw', ['passwd']],
  ['no file where none is named', 'spoolgate show pass', []],
  ['help itself', 'spoolgate hel', ['help']],
  ['the command that help is asked for', 'spoolgate help reco', ['reconcile']],
];

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}

describe.runIf(isInstalled('fish'))('fish completes', () => {
  it.each(LINES)('%s', async (_, line, expected) => {
    const asked = `${await script('fish')}\ncomplete -C '${line}'`;
    const home = { ...process.env, HOME: '/nonexistent' };
    const offered = execFileSync('fish', ['--no-config', '-c', asked], {
      encoding: 'utf8',
      cwd: '/etc',
      env: home,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(wordsOf(offered.split('\n').map((text) => text.split('\t')[0] ?? ''))).toEqual(expected);
  });
});

/** A zsh on a terminal of its own, that writes what its completion is given. */
const ZSH = `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'source $SETUP'
while ! grep -q START $OUT; do sleep 0.1; done
zpty -w -n z "$LINE"$'\\t\\x18'
while ! grep -q END $OUT; do sleep 0.1; done
zpty -d z`;
const ZSH_SETUP = `cd /etc; PROMPT=''
autoload -Uz compinit; compinit -u -D
source $SCRIPT
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits; builtin compadd -A hits "$@"; print -l -- $hits >> $OUT
  builtin compadd "$@"
}
finished() { print END >> $OUT }
zle -N finished; bindkey '^I' complete-word; bindkey '^X' finished
print START >> $OUT
`;

describe.runIf(isInstalled('zsh'))('zsh completes', () => {
  it.each(LINES)('%s', async (_, line, expected) => {
    await using folder = await mkdtempDisposable(path.join(tmpdir(), 'spoolgate-zsh-'));
    const [OUT, SCRIPT, SETUP] = ['out', 'script', 'setup'].map((name) => path.join(folder.path, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(OUT, '');
    await writeFile(SCRIPT, await script('zsh'));
    await writeFile(SETUP, ZSH_SETUP);
    const env = { ...process.env, OUT, SCRIPT, SETUP, LINE: line };
    execFileSync('zsh', ['-f', '-c', ZSH], { env, timeout: 25_000, stdio: 'ignore' });
    const offered = (await readFile(OUT, 'utf8')).split('\n');
    expect(wordsOf(offered).filter((word) => !['START', 'END'].includes(word))).toEqual(expected);
  });
});

/** Without copies of a file that some machines have. */
function wordsOf(offered: readonly string[]): string[] {
  return offered.filter((word) => word !== '' && !word.endsWith('-')).sort();
}

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
