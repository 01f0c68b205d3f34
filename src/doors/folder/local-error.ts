import { codeOf } from '../../fault.ts';
import { replies } from '../../messages/en/replies.ts';

/** What a client is told of an error that is ours: whose turn it is, and no path of this machine. */
export function localErrorText(error: unknown): string {
  if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) return replies.server.noAccess;
  return replies.server.localError;
}
