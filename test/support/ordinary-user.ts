import { serverUser } from '../../src/database/binaries.ts';

/** Whether this process began as root, who may do everything with every file. */
export const isRoot = process.geteuid?.() === 0;

/**
 * Lets this process act as an ordinary user where it is root: the one that the test's PostgreSQL runs as, whose socket
 * nobody else may use.
 *
 * @returns makes it root again
 */
export function ordinaryUser(): Disposable {
  const user = serverUser();
  if (!user) return { [Symbol.dispose]: () => {} };
  const groups = process.getgroups?.() ?? [];
  process.setgroups?.([user.gid]);
  process.setegid?.(user.gid);
  process.seteuid?.(user.uid);
  return {
    [Symbol.dispose]: () => {
      process.seteuid?.(0);
      process.setegid?.(0);
      process.setgroups?.(groups);
    },
  };
}

/** For what somebody else does to the files; as the same user where this process is not root. */
export async function asRoot(work: () => Promise<void>): Promise<void> {
  if (!isRoot) return work();
  const uid = process.geteuid?.() ?? 0;
  process.seteuid?.(0);
  try {
    await work();
  } finally {
    process.seteuid?.(uid);
  }
}
