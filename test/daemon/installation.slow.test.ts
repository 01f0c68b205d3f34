import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isNewEnough, tooOldText } from '../../daemon/node-version.js';

const PROGRAM = fileURLToPath(new URL('../..', import.meta.url));
const ENTRY = path.join(PROGRAM, 'daemon/spoolgate.js');
const OLD_NODE = ['/usr/bin/node', '/usr/local/bin/node'].find(isOld) ?? null;
const NEEDED = 'Node 24.7 or newer is needed';

function isOld(node: string): boolean {
  try {
    return !isNewEnough(execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim());
  } catch {
    return false;
  }
}

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function run(node: string, ...words: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(node, words, { cwd: os.tmpdir() }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

describe('the Node that runs the program', () => {
  it.each([
    ['24.7.0', true],
    ['24.21.0', true],
    ['26.0.0', true],
    ['24.6.9', false],
    ['22.18.0', false],
    ['20.19.1', false],
    ['9.0.0', false],
  ])('%s is new enough: %s', (version, enough) => expect(isNewEnough(version)).toBe(enough));

  it('n14: is named in the sentence of an older one', () => {
    expect(tooOldText('20.19.1')).toBe(
      'spoolgate: Node 24.7 or newer is needed, this is 20.19.1, use npm run or node_modules/.bin/node.',
    );
  });

  describe.runIf(OLD_NODE)('is looked for by an older one', () => {
    let alone: string;
    beforeAll(async () => {
      alone = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-alone-'));
      await writeFile(path.join(alone, 'package.json'), '{"type":"module"}');
      await cp(path.join(PROGRAM, 'daemon'), path.join(alone, 'daemon'), {
        recursive: true,
        verbatimSymlinks: true,
      });
    });
    afterAll(() => rm(alone, { recursive: true }));
    const node = OLD_NODE ?? '';

    it('and found beside the program, with the exit code of the program', async () => {
      expect(await run(node, ENTRY, '--help')).toMatchObject({ code: 0, stderr: '' });
      expect(await run(node, ENTRY, 'nonsense')).toMatchObject({ code: 2 });
    });

    it('and else told in one sentence, with exit code 1', async () => {
      const ended = await run(node, path.join(alone, 'daemon/spoolgate.js'), '--help');
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr).toMatch(
        new RegExp(`^spoolgate: ${NEEDED}, this is \\d+\\.\\d+\\.\\d+, use [^\\n]+\\n$`),
      );
    });

    it('n14: node daemon/cli.ts says the sentence', async () => {
      const { code, stderr } = await run(node, path.join(PROGRAM, 'daemon/cli.ts'), '--help');
      expect(stderr).toMatch(new RegExp(`^spoolgate: ${NEEDED}, this is [^\\n]+\\n$`));
      expect(code).toBe(1);
    });
  });

  it('a link to the command, as on the PATH, is the command', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-path-'));
    try {
      await symlink(ENTRY, path.join(folder, 'spoolgate'));
      expect((await run(process.execPath, path.join(folder, 'spoolgate'), '--help')).code).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

it('n15: npm holds no engines against a Node that is not used', async () => {
  const settings = await readFile(path.join(PROGRAM, '.npmrc'), 'utf8');
  expect(settings).toMatch(/^loglevel=error$/m);
  const { scripts, bin, devDependencies } = JSON.parse(
    await readFile(path.join(PROGRAM, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>;
  expect(isNewEnough(devDependencies?.node ?? '')).toBe(true);
  expect(bin).toEqual({ spoolgate: 'daemon/spoolgate.js' });
  for (const name of ['start', 'demo', 'spoolgate'])
    expect(scripts?.[name]).toMatch(/^node daemon\/spoolgate\.js/);
});

describe('n22: help', () => {
  it('tells each option once in the usage line, and how the command is called', async () => {
    const { stdout } = await run(process.execPath, ENTRY, '--help');
    expect(stdout).toContain(
      'Once installed, the command is spoolgate; from a clone, run: npm run -s spoolgate --',
    );
    const names = [...stdout.matchAll(/^  ([a-z]+) /gmu)].map(([, name]) => name ?? '');
    expect(names).toContain('export');
    const helps = await Promise.all(names.map((name) => run(process.execPath, ENTRY, name, '--help')));
    for (const { code, stdout: text } of helps) {
      expect(code).toBe(0);
      const [usage = ''] = text.split('\n');
      const options = usage.match(/--[a-z-]+/gu) ?? [];
      expect([usage, options]).toEqual([usage, [...new Set(options)]]);
    }
  });

  it('README says how the command is called before it is first used', async () => {
    const text = await readFile(path.join(PROGRAM, 'README.md'), 'utf8');
    const install = text.slice(text.indexOf('## Install'));
    expect(
      install.indexOf('ln -s /opt/spoolgate/daemon/spoolgate.js /usr/local/bin/spoolgate'),
    ).toBeGreaterThan(0);
    expect(install.indexOf('ln -s /opt')).toBeLessThan(install.indexOf('spoolgate config'));
  });
});
