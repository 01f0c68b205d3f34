import { codeOf } from '../../fault.ts';

/** What a client is told of an error that is ours: whose turn it is, and no path of this machine. */
export function localErrorText(error: unknown): string {
  if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? ''))
    return 'This server may not use its own folder: its operator is told, try again later';
  return 'Local error, try again later';
}
