/** What docs/journal.md shows is run here as it stands, on the archives that it shows, with the programs of the machine. */
import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../..');
const guide = await readFile(path.join(ROOT, 'docs/journal.md'), 'utf8');

const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}(?: (.+))?\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, name = '', text = '']) => ({ name, text }),
  );

function has(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
beforeAll(async () => {
  folder = await mkdtempDisposable(path.join(tmpdir(), 'spoolgate-guide-'));
  for (const { name, text } of blocks('text'))
    await writeFile(path.join(folder.path, `${name}.gz`), gzipSync(text));
  const command = path.join(folder.path, 'spoolgate');
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${ROOT}/daemon/cli.ts' "$@"\n`);
  await chmod(command, 0o755);
});
afterAll(() => folder.remove());

function run(program: string, ...words: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, PATH: `${folder.path}:${process.env['PATH']}` };
  return new Promise((resolve) => {
    execFile(program, words, { cwd: folder.path, env }, (_, stdout, stderr) => resolve({ stdout, stderr }));
  });
}

/** Lines after `$ `, and what each prints. */
const commands = blocks('console').flatMap(({ text }) =>
  text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => ({
      line: part.slice(0, part.indexOf('\n')),
      prints: part.slice(part.indexOf('\n') + 1).trimEnd(),
    })),
);

it('shows two archives and what is done with them', () => {
  expect(blocks('text').map(({ name }) => name)).toEqual(['2026-03-04.AUTH.txt', '2026-03-04.BSS.txt']);
  expect(commands.length).toBeGreaterThan(6);
});

describe('prints what it says', () => {
  // In their order: one writes what the next one reads.
  it.each(commands.filter(({ line }) => has('jq') || !line.includes('jq')))(
    '$line',
    async ({ line, prints }) => {
      const { stdout, stderr } = await run('bash', '--norc', '-c', line);
      expect([stdout.trimEnd(), stderr]).toEqual([prints, '']);
    },
  );
});

it.each(blocks('sh'))('can be read by a shell: $text', async ({ text }) => {
  expect(await run('sh', '-n', '-c', text)).toEqual({ stdout: '', stderr: '' });
});

describe.runIf(has('python3'))('its Python', () => {
  const ARCHIVES = ['2026-03-04.AUTH.txt.gz', '2026-03-04.BSS.txt.gz'];

  it('counts failures with the command', async () => {
    expect(await run('python3', '-c', blocks('python')[0]?.text ?? '', ...ARCHIVES)).toEqual({
      stdout:
        "{'AUTHENTICATION_FAILURE': 1, 'ERROR_EMAIL_ALREADY_EXISTS': 1} {'records': 6, 'unreadable': 0}\n",
      stderr: '',
    });
  });

  it('reads archives without it', async () => {
    const { stdout, stderr } = await run('python3', '-c', blocks('python')[1]?.text ?? '', ...ARCHIVES);
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      '2026-03-04T07:58:41|agent@acme.example|LOGIN_BASIC||FAILURE|AUTHENTICATION_FAILURE',
      '2026-03-04T07:58:52|agent@acme.example|LOGIN_BASIC||SUCCESS|-',
      '2026-03-04T08:00:03|admin@acme.example|ADDSUBSCRIBER|Lena Vik|SUCCESS|-',
      '2026-03-04T08:00:03|admin@acme.example|ENTITLESUBSCRIBER|Lena Vik|SUCCESS|-',
      '2026-03-04T08:00:03|admin@acme.example|ADDSUBSCRIBER|Tom Lind|FAILURE|ERROR_EMAIL_ALREADY_EXISTS',
      '2026-03-04T08:05:30|admin@acme.example|ASSIGNROLE|Lena Vik|SUCCESS|-',
      '',
    ]);
  });
});
