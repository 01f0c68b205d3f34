import { SftpFault, STATUS } from './replies.ts';
import { reason } from '../../messages/reply.ts';

/** Clients have a handful open. */
const HANDLES_MAX = 64;

/** What all channels of one connection have open or are about to open: each costs file descriptors of this machine. */
export class OpenHandles {
  #count = 0;

  /** Before something is opened; `giveBack` comes when it is closed, or was not opened after all. */
  take(): void {
    if (this.#count >= HANDLES_MAX) throw new SftpFault(STATUS.FAILURE, reason('sftp.tooManyHandles'));
    this.#count += 1;
  }

  giveBack(count = 1): void {
    this.#count -= count;
  }
}
