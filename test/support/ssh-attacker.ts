import { connect, type Socket } from 'node:net';
import ssh2 from 'ssh2';

/** What the library's types do not tell. */
interface Inner {
  _protocol: {
    _packetRW: {
      write: {
        allocStart: number;
        alloc: (bytes: number) => Buffer;
        finalize: (packet: Buffer) => Buffer;
      };
    };
    _cipher: { encrypt: (packet: Buffer) => void };
    _handlers: Record<string, () => void>;
    rekey: () => void;
  };
}

/** Message numbers of RFC 4250 section 4.1.2. */
export const MESSAGE = {
  SERVICE_REQUEST: 5,
  USERAUTH_REQUEST: 50,
  USERAUTH_INFO_REQUEST: 60,
  USERAUTH_INFO_RESPONSE: 61,
  GLOBAL_REQUEST: 80,
  CHANNEL_OPEN: 90,
} as const;

/** A stranger: exchanges keys like any client, and from then on says what a test wants, packet by packet. */
export class SshAttacker implements AsyncDisposable {
  readonly client: ssh2.Client;
  readonly closed: Promise<void>;
  /** Answers to sign-in attempts. */
  refusals = 0;

  private constructor(client: ssh2.Client) {
    this.client = client;
    this.closed = new Promise((resolve) => client.once('close', () => resolve()));
  }

  /** @param kex null: the library's choice */
  static async connect(port: number, kex: ssh2.KexAlgorithm[] | null = null): Promise<SshAttacker> {
    const client = new ssh2.Client();
    const attacker = new SshAttacker(client);
    client.on('error', () => undefined);
    const started = Promise.withResolvers<void>();
    client.once('close', () => started.reject(new Error('closed before the sign-in could begin')));
    // What is said to sign in is said by the test: the library is never told how to go on.
    const authHandler = () => started.resolve();
    const algorithms = kex === null ? {} : { algorithms: { kex } };
    client.connect({
      host: '127.0.0.1',
      port,
      username: 'x',
      // Not the client's patience is tried.
      readyTimeout: 0,
      authHandler,
      ...algorithms,
    });
    client.setNoDelay(true);
    await started.promise;
    attacker.#inner._handlers.USERAUTH_FAILURE = () => (attacker.refusals += 1);
    return attacker;
  }

  get #inner(): Inner['_protocol'] {
    return (this.client as unknown as Inner)._protocol;
  }

  send(payload: Buffer): void {
    const { _packetRW: rw, _cipher: cipher } = this.#inner;
    const packet = rw.write.alloc(payload.length);
    packet.set(payload, rw.write.allocStart);
    cipher.encrypt(rw.write.finalize(packet));
  }

  rekey(): void {
    this.#inner.rekey();
  }

  /** RFC 4252 section 7. @param signature null: only asks whether the key would do */
  offer(login: string, algorithm: string, key: Buffer, signature: Buffer | null = null): void {
    this.send(
      Buffer.concat([
        Buffer.from([MESSAGE.USERAUTH_REQUEST]),
        ...[login, 'ssh-connection', 'publickey'].map(sshString),
        Buffer.from([signature === null ? 0 : 1]),
        sshString(algorithm),
        sshString(key),
        ...(signature === null ? [] : [sshString(signature)]),
      ]),
    );
  }

  attempt(login: string, method: string, rest: Buffer = Buffer.alloc(0)): void {
    const head = Buffer.from([MESSAGE.USERAUTH_REQUEST]);
    this.send(Buffer.concat([head, ...[login, 'ssh-connection', method].map(sshString), rest]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    await this.closed;
  }
}

/** RFC 4251 section 5. */
export function sshString(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** What a key parser that also reads PEM takes half a second to refuse. */
export function hostilePem(bytes: number): Buffer {
  const head = '-----BEGIN RSA PRIVATE KEY-----\n';
  return Buffer.from(head + 'a:b\n'.repeat(Math.floor((bytes - head.length) / 4)));
}

/** A connection of which nothing is known but its bytes. */
export function rawConnection(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  return socket.resume();
}
