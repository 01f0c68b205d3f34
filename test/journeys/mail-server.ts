import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { MailLanes, type Topic } from '../../src/outbox/mail-lanes.ts';

export interface ReceivedMail {
  from: string;
  to: string[];
  subject: string;
  /** Decoded. */
  text: string;
  /** All headers, unfolded. */
  head: string;
}

export interface MailServer extends AsyncDisposable {
  url: string;
  mails: ReceivedMail[];
  /** What the server answers to the next mails instead of taking them; null: it takes them. */
  refuseWith(answer: string | null): void;
  /** Takes its time with the mails to this address. @returns lets them through */
  hold(to: string): () => void;
}

/** A real SMTP server on loopback that keeps what it receives. */
export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  let refusal: string | null = null;
  const held = new Map<string, Promise<void>>();
  const server = new SMTPServer({
    authOptional: true,
    // Its certificate is not one that a client could trust.
    disabledCommands: ['STARTTLS'],
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      const take = () => {
        if (refusal) return done(Object.assign(new Error(refusal), { responseCode: 451 }));
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        const to = envelope.rcptTo.map(({ address }) => address);
        mails.push({ from, to, ...readMail(Buffer.concat(chunks).toString('utf8')) });
        done();
      };
      const waits = envelope.rcptTo.flatMap(({ address }) => held.get(address) ?? []);
      stream.on('end', () => void Promise.all(waits).then(take));
    },
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuseWith: (answer) => {
      refusal = answer;
    },
    hold: (to) => {
      const released = Promise.withResolvers<void>();
      held.set(to, released.promise);
      return () => released.resolve();
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Sends all that is due. @returns how many were sent */
export async function deliverAll(topics: Topic[], isStopping = () => false): Promise<number> {
  const lanes = new MailLanes(topics, isStopping);
  const faults: unknown[] = [];
  lanes.fill((fault) => void faults.push(fault));
  const sent = await lanes.idle();
  if (faults.length > 0) throw faults[0];
  return sent;
}

/** Headers as they stand; a quoted-printable body is decoded. */
function readMail(raw: string): Omit<ReceivedMail, 'from' | 'to'> {
  const [folded = '', ...body] = raw.split('\r\n\r\n');
  const head = folded.replaceAll(/\r\n[ \t]+/g, ' ');
  const subject = /^Subject: (.*)$/m.exec(head)?.[1]?.trim() ?? '';
  const text = body.join('\r\n\r\n');
  if (!/quoted-printable/i.test(head)) return { subject, text, head };
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return { subject, text: Buffer.from(bytes, 'latin1').toString('utf8'), head };
}
