import { once } from 'node:events';
import net from 'node:net';

/** As the protocol names them; everything else passes as it is. */
const [READY, TERMINATE] = ['Z', 'X'].map((letter) => letter.charCodeAt(0));
const IDLE = 'I'.charCodeAt(0);
const HEADER_BYTES = 5;

/** A connection to the server, lent to one client at a time. */
interface Session {
  socket: net.Socket;
  lentTo: Client | null;
  received: Buffer;
}

interface Client {
  socket: net.Socket;
  session: Session | null;
  waiting: Buffer[];
}

/**
 * A pooler as PgBouncer is in transaction mode: each client signs in with a session of its own, which then goes into the
 * pool; from there a client has some session until its transaction ends.
 *
 * @returns the port
 */
export async function openPooler(server: net.NetConnectOpts): Promise<AsyncDisposable & { port: number }> {
  const idle: Session[] = [];
  const queue: Client[] = [];
  const sockets = new Set<net.Socket>();
  const listener = net.createServer((socket) => {
    const client: Client = { socket, session: null, waiting: [] };
    const session: Session = { socket: net.connect(server), lentTo: client, received: Buffer.alloc(0) };
    client.session = session;
    for (const one of [socket, session.socket]) {
      sockets.add(one);
      one.on('error', () => {});
    }
    session.socket.on('data', (bytes) => fromServer(session, bytes));
    socket.on('data', (bytes) => fromClient(client, bytes));
  });

  const fromClient = (client: Client, bytes: Buffer) => {
    if (bytes[0] === TERMINATE && client.session === null) return client.socket.destroy();
    client.waiting.push(bytes);
    if (!client.session) {
      const session = idle.pop();
      if (!session) return queue.push(client);
      lend(session, client);
    }
    return pass(client);
  };
  const lend = (session: Session, client: Client) => {
    session.lentTo = client;
    client.session = session;
  };
  const pass = (client: Client) => {
    for (const bytes of client.waiting.splice(0)) client.session?.socket.write(bytes);
  };
  const fromServer = (session: Session, bytes: Buffer) => {
    const client = session.lentTo;
    client?.socket.write(bytes);
    session.received = Buffer.concat([session.received, bytes]);
    if (!endsTransaction(session) || !client) return;
    [client.session, session.lentTo] = [null, null];
    const next = queue.shift();
    if (!next) return idle.push(session);
    lend(session, next);
    return pass(next);
  };

  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as net.AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

/** Whether the last whole message says that the server is ready, in no transaction. */
function endsTransaction(session: Session): boolean {
  let isOver = false;
  let { received } = session;
  while (received.length >= HEADER_BYTES) {
    const length = 1 + received.readUInt32BE(1);
    if (received.length < length) break;
    isOver = received[0] === READY && received[HEADER_BYTES] === IDLE;
    received = received.subarray(length);
  }
  session.received = received;
  return isOver && received.length === 0;
}
