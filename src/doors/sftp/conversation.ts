import type { FileHandle } from 'node:fs/promises';
import type { Attributes, FileEntry } from 'ssh2';
import type { Peer } from '../../events/events.ts';
import type { FolderEntry, FolderView } from '../folder/folder-view.ts';
import type { DoorLimits } from '../limits.ts';
import type { DoorServices } from '../door-services.ts';
import type { Upload } from '../folder/store-upload.ts';
import { virtualText, type VirtualPath } from '../folder/virtual-path.ts';
import type { ReceivedRanges } from './received-ranges.ts';
import type { OpenHandles } from './open-handles.ts';
import { SftpFault, STATUS } from './replies.ts';
import { replies } from '../../messages/en/replies.ts';
import { reason, type Reason } from '../../messages/reply.ts';

/** The answer to one request (draft-ietf-secsh-filexfer-02, which every client speaks as version 3). */
export type Answer =
  | { status: number; message: string }
  | { handle: Buffer }
  | { data: Buffer }
  | { names: FileEntry[] }
  | { attributes: Attributes };

export const DONE: Answer = { status: STATUS.OK, message: '' };
export const END_OF_FILE: Answer = { status: STATUS.EOF, message: replies.sftp.endOfFile };

export interface UploadHandle {
  kind: 'upload';
  path: VirtualPath;
  upload: Upload;
  received: ReceivedRanges;
  startedMs: number;
  /** Why the first write that failed did; null: none has. */
  fault: Reason | null;
  /** Size of the old file that the client writes over and has not cut. */
  bytesMin: number;
}

/** What a client has open, until it closes it or goes. */
export type OpenHandle =
  | UploadHandle
  | { kind: 'download'; path: VirtualPath; file: FileHandle; sentBytes: number }
  | { kind: 'listing'; batches: AsyncGenerator<FolderEntry[]>; rest: FolderEntry[] };

/** One signed-in client's SFTP channel: what it has open. Knows no requests. */
export class SftpConversation {
  readonly view: FolderView;
  readonly peer: Peer;
  readonly services: DoorServices;
  readonly limits: DoorLimits;
  readonly #openHandles: OpenHandles;
  readonly #handles = new Map<number, OpenHandle>();
  #next = 0;
  #stopping = false;

  /** @param openHandles of the whole connection */
  constructor(
    view: FolderView,
    peer: Peer,
    services: DoorServices,
    limits: DoorLimits,
    openHandles: OpenHandles,
  ) {
    this.#openHandles = openHandles;
    this.view = view;
    this.peer = peer;
    this.services = services;
    this.limits = limits;
  }

  /** Whether closing the connection now would break off something. */
  get busy(): boolean {
    return this.#handles.size > 0;
  }

  get uploading(): boolean {
    return [...this.#handles.values()].some(({ kind }) => kind === 'upload');
  }

  /** Its client sees a file that it uploads under its name, nobody else does: sshfs looks at once for what it made. */
  uploadTo({ folder, name }: VirtualPath): UploadHandle | undefined {
    for (const handle of this.#handles.values())
      if (handle.kind === 'upload' && handle.path.folder === folder && handle.path.name === name)
        return handle;
    return undefined;
  }

  /** From now on nothing is opened; what is open may be finished. */
  stop(): void {
    this.#stopping = true;
  }

  /**
   * @param make leaves nothing open where it fails
   * @throws SftpFault where nothing more may be opened, and whatever `make` throws
   */
  async open(make: () => Promise<OpenHandle>): Promise<Answer> {
    if (this.#stopping) throw new SftpFault(STATUS.FAILURE, reason('server.stopping'));
    this.#openHandles.take();
    try {
      return this.#add(await make());
    } catch (error) {
      this.#openHandles.giveBack();
      throw error;
    }
  }

  #add(handle: OpenHandle): Answer {
    this.#next += 1;
    this.#handles.set(this.#next, handle);
    const name = Buffer.alloc(4);
    name.writeUInt32BE(this.#next);
    return { handle: name };
  }

  /** @throws SftpFault where the client has no such handle, or one of another kind */
  get<Kind extends OpenHandle['kind']>(name: Buffer, kind: Kind): Extract<OpenHandle, { kind: Kind }> {
    const handle = this.find(name);
    if (handle.kind !== kind) throw new SftpFault(STATUS.FAILURE, reason('sftp.wrongHandle'));
    return handle as Extract<OpenHandle, { kind: Kind }>;
  }

  find(name: Buffer): OpenHandle {
    const handle = this.#handles.get(numberOf(name));
    if (!handle) throw new SftpFault(STATUS.FAILURE, reason('sftp.noSuchHandle'));
    return handle;
  }

  take(name: Buffer): OpenHandle {
    const handle = this.find(name);
    this.#handles.delete(numberOf(name));
    this.#openHandles.giveBack();
    return handle;
  }

  /** The client is gone: nothing that it had open is kept. */
  async abandon(): Promise<void> {
    const handles = [...this.#handles.values()];
    this.#handles.clear();
    await Promise.all(handles.map((handle) => this.#giveUp(handle)));
    this.#openHandles.giveBack(handles.length);
  }

  async #giveUp(handle: OpenHandle): Promise<void> {
    const why = reason('sftp.connectionEnded');
    if (handle.kind === 'listing') await handle.batches.return(undefined);
    if (handle.kind === 'download') {
      await handle.file.close();
      const { path, sentBytes } = handle;
      if (sentBytes > 0) this.services.journal.downloadFailed(this.peer, virtualText(path), sentBytes, why);
    }
    if (handle.kind === 'upload') {
      await handle.upload.abort();
      this.uploadFailed(handle.path, handle.upload.bytes, why);
    }
  }

  uploadFailed(path: VirtualPath, bytes: number, why: Reason): void {
    this.services.journal.uploadFailed(this.peer, virtualText(path), bytes, why);
  }
}

function numberOf(name: Buffer): number {
  return name.length === 4 ? name.readUInt32BE() : 0;
}
