import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderFault, openControlFolder } from '../../src/http/control-socket.ts';
import { temporaryHome } from '../support/daemon.ts';

describe('the control folder', () => {
  it.each([
    [{ uid: 10, mode: 0o40700 }, null],
    [{ uid: 0, mode: 0o40700 }, null],
    [{ uid: 11, mode: 0o40700 }, "belongs to user 11, not to the daemon's user"],
    [{ uid: 10, mode: 0o40770 }, 'is accessible to other users (mode 770)'],
    [{ uid: 10, mode: 0o40701 }, 'is accessible to other users (mode 701)'],
  ])('%j', (folder, fault) => expect(folderFault(folder, [10, 0])).toBe(fault));

  it('is not followed as a link, and refused where others may write there', async () => {
    const data = await temporaryHome();
    try {
      const folder = path.join(data, 'control');
      await mkdir(folder);
      await chmod(folder, 0o777);
      await expect(openControlFolder(data)).rejects.toThrow(/is accessible to other users \(mode 777\)/);
      await chmod(folder, 0o700);
      await writeFile(path.join(folder, 'socket'), '');
      await expect(openControlFolder(data)).rejects.toThrow(/is not a socket/);
      await rename(folder, `${folder}.real`);
      await symlink(`${folder}.real`, folder);
      await expect(openControlFolder(data)).rejects.toThrow(/ELOOP|ENOTDIR/);
    } finally {
      await rm(data, { recursive: true });
    }
  });
});
