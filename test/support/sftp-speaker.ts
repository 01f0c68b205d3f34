import { once } from 'node:events';
import { connect } from 'node:net';
import ssh2, { type ConnectConfig, type InputAttributes, type SFTPWrapper, type Stats } from 'ssh2';
import { LOGIN, PASSWORD } from './sign-in.ts';

/** Why a request was refused. */
export interface Refusal {
  code: number;
  message: string;
}

/** An SFTP client of single requests: a test holds the conversation. */
export class SftpSpeaker implements AsyncDisposable {
  readonly client: ssh2.Client;
  readonly sftp: SFTPWrapper;
  readonly ended: Promise<unknown>;

  private constructor(client: ssh2.Client, sftp: SFTPWrapper) {
    this.client = client;
    this.sftp = sftp;
    this.ended = once(client, 'close');
  }

  static async connect(port: number, options: ConnectConfig): Promise<SftpSpeaker> {
    const client = new ssh2.Client();
    const ready = Promise.race([
      once(client, 'ready'),
      // A door that stops may end the connection in good order, without any error.
      once(client, 'close').then(() => Promise.reject(new Error('closed before the sign-in'))),
    ]);
    client.on('error', () => undefined);
    client.connect({ host: '127.0.0.1', port, ...options });
    // Without it each small request waits 40 ms for the one before to be acknowledged.
    client.setNoDelay(true);
    await ready;
    const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
      client.sftp((error, channel) => (error ? reject(error) : resolve(channel))),
    );
    return new SftpSpeaker(client, sftp);
  }

  static signedIn(port: number): Promise<SftpSpeaker> {
    return SftpSpeaker.connect(port, { username: LOGIN, password: PASSWORD });
  }

  /** Says something raw and waits for the end of the connection. */
  static async rawEnd(port: number, text: string | Buffer): Promise<'closed'> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(text);
    socket.resume();
    await once(socket, 'close');
    return 'closed';
  }

  open(path: string, flags: number): Promise<Buffer> {
    return answer((done) => this.sftp.open(path, flags, done));
  }

  write(handle: Buffer, at: number, content: string | Buffer): Promise<void> {
    const data = Buffer.from(content);
    return answer((done) => this.sftp.write(handle, data, 0, data.length, at, done));
  }

  close(handle: Buffer): Promise<void> {
    return answer((done) => this.sftp.close(handle, done));
  }

  async names(path: string): Promise<string[]> {
    const entries = await answer<{ filename: string }[]>((done) => this.sftp.readdir(path, done));
    return entries.map(({ filename }) => filename).sort();
  }

  async read(path: string): Promise<string> {
    const content = await answer<Buffer>((done) => this.sftp.readFile(path, done));
    return content.toString('utf8');
  }

  stat(path: string): Promise<Stats> {
    return answer((done) => this.sftp.stat(path, done));
  }

  setStat(path: string, attributes: InputAttributes): Promise<void> {
    return answer((done) => this.sftp.setstat(path, attributes, done));
  }

  setHandleStat(handle: Buffer, attributes: InputAttributes): Promise<void> {
    return answer((done) => this.sftp.fsetstat(handle, attributes, done));
  }

  realPath(path: string): Promise<string> {
    return answer((done) => this.sftp.realpath(path, done));
  }

  rename(from: string, to: string): Promise<void> {
    return answer((done) => this.sftp.rename(from, to, done));
  }

  remove(path: string): Promise<void> {
    return answer((done) => this.sftp.unlink(path, done));
  }

  mkdir(path: string): Promise<void> {
    return answer((done) => this.sftp.mkdir(path, done));
  }

  rmdir(path: string): Promise<void> {
    return answer((done) => this.sftp.rmdir(path, done));
  }

  symlink(target: string, path: string): Promise<void> {
    return answer((done) => this.sftp.symlink(target, path, done));
  }

  /** The refusal that a request must end in. */
  async failure(request: Promise<unknown>): Promise<Refusal> {
    return request.then(
      () => {
        throw new Error('the request was not refused');
      },
      (error: unknown) => error as Refusal,
    );
  }

  destroy(): void {
    this.client.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    await this.ended;
  }
}

type Done<Result> = (error: Error | undefined | null, result: Result) => void;

function answer<Result>(ask: (done: Done<Result>) => unknown): Promise<Result> {
  return new Promise((resolve, reject) => {
    ask((error, result) => (error ? reject(error) : resolve(result)));
  });
}
