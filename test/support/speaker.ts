import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { LOGIN, PASSWORD } from './sign-in.ts';

/** `localAddress`: where the client comes from, within 127.0.0.0/8. */
type SpeakerOptions = ConnectionOptions & { localAddress?: string };

/** An FTP client that does nothing by itself: a test holds the conversation line by line. */
export class Speaker implements AsyncDisposable {
  readonly socket: TLSSocket;
  readonly #options: ConnectionOptions;
  readonly #replies: string[] = [];
  #waiting: (() => void)[] = [];
  #text = '';
  /** The latest session ticket of the control connection. */
  session: Buffer | undefined;

  private constructor(socket: TLSSocket, options: ConnectionOptions) {
    this.socket = socket;
    this.#options = options;
    socket.setEncoding('utf8');
    socket.on('session', (session) => (this.session = session));
    socket.on('data', (text: string) => this.#hear(text));
    socket.on('close', () => this.#wake());
    socket.on('error', () => undefined);
  }

  static async connect(port: number, options: SpeakerOptions = {}): Promise<Speaker> {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
    const speaker = new Speaker(socket, options);
    await once(socket, 'secureConnect');
    await speaker.reply();
    return speaker;
  }

  static async signedIn(port: number, options: ConnectionOptions = {}): Promise<Speaker> {
    const speaker = await Speaker.connect(port, options);
    await speaker.ask(`USER ${LOGIN}`);
    const reply = await speaker.ask(`PASS ${PASSWORD}`);
    if (!reply.startsWith('230')) throw new Error(reply);
    return speaker;
  }

  say(...lines: string[]): void {
    this.socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  /** The next whole reply; '' when the connection has ended. */
  async reply(): Promise<string> {
    while (this.#replies.length === 0 && !this.socket.destroyed) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.#replies.shift() ?? '';
  }

  async ask(line: string): Promise<string> {
    this.say(line);
    return this.reply();
  }

  /** Port of a fresh EPSV. */
  async passivePort(): Promise<number> {
    const reply = await this.ask('EPSV');
    return Number(/\|\|\|(\d+)\|/.exec(reply)?.[1] ?? Number.NaN);
  }

  /** An eager client's data connection: TLS is finished before the command goes out. */
  async dataConnection(options: ConnectionOptions = {}): Promise<TLSSocket> {
    const raw = await this.rawDataConnection();
    const data = this.secure(raw, options);
    await once(data, 'secureConnect');
    return data;
  }

  async rawDataConnection(): Promise<Socket> {
    const raw = connectTcp(await this.passivePort(), '127.0.0.1');
    raw.on('error', () => undefined);
    await once(raw, 'connect');
    return raw;
  }

  secure(raw: Socket, options: ConnectionOptions = {}): TLSSocket {
    // The host decides on the server name in the handshake, and a session resumes only under the same one.
    const own = { socket: raw, host: '127.0.0.1', rejectUnauthorized: false };
    const data = connect({ ...own, ...this.#options, ...options });
    data.on('error', () => undefined);
    return data;
  }

  /** Uploads in one go and returns the final reply. */
  async store(path: string, content: string | Buffer): Promise<string> {
    const data = await this.dataConnection();
    const opening = await this.ask(`STOR ${path}`);
    if (!opening.startsWith('150')) return opening;
    data.end(content);
    return this.reply();
  }

  /** Content that a command sends, and its final reply. */
  async fetch(command: string): Promise<{ content: string; reply: string }> {
    const data = await this.dataConnection();
    const opening = await this.ask(command);
    if (!opening.startsWith('150')) return { content: '', reply: opening };
    return { content: await contentOf(data), reply: await this.reply() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.closed) return;
    this.socket.destroy();
    await once(this.socket, 'close');
  }

  #hear(text: string): void {
    this.#text += text;
    for (;;) {
      const end = /^(\d{3})(?: .*\r\n|-[^]*?\r\n\1 .*\r\n)/.exec(this.#text)?.[0];
      if (end === undefined) return;
      this.#replies.push(end.trimEnd());
      this.#text = this.#text.slice(end.length);
      this.#wake();
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting = [];
  }
}

export async function contentOf(data: TLSSocket): Promise<string> {
  let content = '';
  for await (const chunk of data) content += String(chunk);
  return content;
}
