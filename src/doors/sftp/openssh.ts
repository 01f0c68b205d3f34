import type { SFTPWrapper } from 'ssh2';
import { STATUS } from './replies.ts';

/** RFC 4254 section 5.2: the second stream of a channel. */
const STDERR = 1;

/** Not in the library's types. */
interface Inner {
  _isOpenSSH?: boolean;
  _protocol?: {
    channelExtData?: (channel: number, data: Buffer, type: number) => void;
    exitStatus?: (channel: number, status: number) => void;
  };
  outgoing: { id: number; window: number };
}

/** Refusals that OpenSSH shows as "Failure", "Permission denied" or "Operation unsupported" and nothing else. */
const SHORTENED: number[] = [STATUS.FAILURE, STATUS.PERMISSION_DENIED, STATUS.OP_UNSUPPORTED];

/**
 * OpenSSH's sftp and scp read the number of a status and not its message, but print what comes on the second stream: the
 * person in front of them learns the reason. Other clients show the message and get nothing besides.
 */
export function explain(sftp: SFTPWrapper, status: number, message: string): void {
  const { _isOpenSSH: isOpenSsh, _protocol: protocol, outgoing } = sftp as unknown as Inner;
  const text = Buffer.from(`${message}\r\n`);
  if (!isOpenSsh || !protocol?.channelExtData || !SHORTENED.includes(status)) return;
  if (outgoing.window < text.length) return;
  outgoing.window -= text.length;
  protocol.channelExtData(outgoing.id, text, STDERR);
}

/** A client that has said all waits for the answer to its end (sftp hangs otherwise) and for a status (scp fails without). */
export function endWell(sftp: SFTPWrapper): void {
  const { _protocol: protocol, outgoing } = sftp as unknown as Inner;
  protocol?.exitStatus?.(outgoing.id, 0);
  sftp.end();
}
