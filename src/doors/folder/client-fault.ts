import { codeOf } from '../../fault.ts';
import { reason, reasonText, type Reason } from '../../messages/reply.ts';

/** A fault that is the client's to mend. It is told why, without a path of this machine. */
export class ClientFault extends Error {
  readonly reason: Reason;

  constructor(why: Reason) {
    super(reasonText(why));
    this.reason = why;
  }
}

/** Why something failed, as it is stored; its text is what the client is told. */
export function reasonOf(error: unknown): Reason {
  return error instanceof ClientFault ? error.reason : localErrorReason(error);
}

/** Of an error that is ours: whose turn it is. */
function localErrorReason(error: unknown): Reason {
  const isForbidden = ['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '');
  return reason(isForbidden ? 'server.noAccess' : 'server.localError');
}
