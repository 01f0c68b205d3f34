import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../daemon/compile-cache.js';

let homedir: string;
beforeEach(async () => {
  homedir = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-compiled-'));
});
afterEach(() => rm(homedir, { recursive: true }));

const uid = process.geteuid?.() ?? 0;

describe('what is compiled is kept', () => {
  it('in a folder of the user that nobody else can look into', async () => {
    const folder = ownFolder({ homedir, uid });
    expect(folder).toBe(path.join(homedir, '.cache/spoolgate'));
    expect((await stat(folder ?? '')).mode & 0o777).toBe(0o700);
    expect(ownFolder({ homedir, uid })).toBe(folder);
  });

  it.each([0o770, 0o707, 0o1777])('not in a home that others may write to: %o', async (mode) => {
    await chmod(homedir, mode);
    expect(ownFolder({ homedir, uid })).toBeNull();
  });

  it('not in the home of somebody else', () => {
    expect(ownFolder({ homedir, uid: uid + 1 })).toBeNull();
  });

  it('not in a folder there that others may write to', async () => {
    await chmod(ownFolder({ homedir, uid }) ?? '', 0o777);
    expect(ownFolder({ homedir, uid })).toBeNull();
  });
});
