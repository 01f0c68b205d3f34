import type { SFTPWrapper } from 'ssh2';
import { MessageLengths } from './message-lengths.ts';

/** Not in the library's types. */
interface Inner {
  push?: (data: Buffer | null) => unknown;
  _extensions?: object;
  _protocol?: { _kexinit?: unknown };
  outgoing: { window: number };
}

export interface IncomingOwner {
  /** Hears of what the channel gets, before the library reads it: also of the beginning of a request. */
  onBytes(bytes: number): void;
  /** A request is longer than any has to be. Nothing more of the channel is read. */
  onTooLong(): void;
}

/** Stands between a channel and the library, which would put together whatever length a message announces. */
export function watchIncoming(sftp: SFTPWrapper, owner: IncomingOwner): void {
  const inner = sftp as unknown as Inner;
  const read = inner.push?.bind(inner);
  if (!read) throw new Error('ssh2 has changed: what its channels get cannot be counted');
  const lengths = new MessageLengths();
  let refused = false;
  inner.push = (data) => {
    if (data === null) return read(data);
    if (refused) return undefined;
    refused = !lengths.allows(data);
    if (refused) return owner.onTooLong();
    owner.onBytes(data.length);
    return read(data);
  };
  // What a client calls its extensions is kept for as long as the channel is open, and nobody asks for it.
  sftp.on('ready', () => (inner._extensions = {}));
}

/** Whether an answer leaves at once. While keys are exchanged, and while the client gives no room, it is kept here. */
export function hasRoom(sftp: SFTPWrapper): boolean {
  const { outgoing, _protocol: protocol } = sftp as unknown as Inner;
  return outgoing.window > 0 && protocol?._kexinit === undefined;
}
