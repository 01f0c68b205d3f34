import { open } from 'node:fs/promises';

/**
 * Lets syncs fail as a bad disk does: the kernel tells it once, and the next sync succeeds though the data is gone.
 *
 * @param fails by the number of the sync, counted from 1
 */
export async function failSyncs(fails: (number: number) => boolean): Promise<Disposable & { count: number }> {
  await using handle = await open('/', 'r');
  const shared = Object.getPrototypeOf(handle) as { sync: () => Promise<void> };
  const real = shared.sync;
  const failing = {
    count: 0,
    [Symbol.dispose]: () => {
      shared.sync = real;
    },
  };
  shared.sync = async function (this: unknown) {
    failing.count += 1;
    if (fails(failing.count)) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
    await real.call(this);
  };
  return failing;
}
