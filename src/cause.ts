import { codeOf, messageOf } from './fault.ts';

const CAUSES: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'something on the way is a file, not a folder',
  EISDIR: 'it is a folder, a file is needed',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk fails',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  ESTALE: 'the network file system has lost it',
  ENXIO: 'nobody reads from it',
};

/** Why the system refused something, for an operator: `permission denied (EACCES)`. */
export function causeOf(error: unknown): string {
  const code = codeOf(error);
  const words = code === undefined ? undefined : CAUSES[code];
  return words === undefined ? messageOf(error) : `${words} (${code})`;
}
