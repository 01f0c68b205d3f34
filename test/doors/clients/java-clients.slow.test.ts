import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openDoor } from '../../support/door.ts';
import { LOGIN, PASSWORD } from '../../support/sign-in.ts';

const JAR = '/usr/share/java/commons-net.jar';
const installed = spawnSync('javac', ['-version']).status === 0 && existsSync(JAR);

/** One start of Java for all: it takes longer than the conversations. */
test.runIf(installed)(
  'f01: Apache Commons Net holds the conversation, implicit and explicit, TLS 1.2 and 1.3',
  { timeout: 120_000 },
  async () => {
    await using implicit = await openDoor();
    await using explicit = await openDoor({ implicit: false });
    const program = join(import.meta.dirname, 'CommonsNet.java');
    const ports = [implicit.port, explicit.port].map(String);
    const options = ['-XX:TieredStopAtLevel=1', '-cp', JAR, program];
    const { stdout } = await promisify(execFile)('java', [...options, ...ports, LOGIN, PASSWORD]);
    expect(stdout.trim().split('\n')).toEqual([
      'implicit TLSv1.2: fine',
      'implicit TLSv1.3: fine',
      'explicit TLSv1.2: fine',
      'explicit TLSv1.3: fine',
    ]);
    for (const [door, prefix] of [
      [implicit, 'i2'],
      [implicit, 'i3'],
      [explicit, 'e2'],
      [explicit, 'e3'],
    ] as const) {
      expect(await door.get(`${prefix}0.csv`)).toBe('second, longer');
      expect(await door.get(`${prefix}8.csv`)).toBe('first');
      expect((await door.get(`${prefix}-big.csv`)).length).toBe(2_000_000);
    }
    expect(
      [implicit, explicit].flatMap(({ events }) => events.filter((e) => e.event === 'uploadFailed')),
    ).toEqual([]);
  },
);
