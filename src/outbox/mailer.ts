import { createTransport } from 'nodemailer';
import type { SendMail } from './outbox.ts';

const TIMEOUT_MS_MAX = 30_000;

export interface Mailer {
  send: SendMail;
  close(): void;
}

/**
 * Sends through an SMTP server.
 *
 * @param url `smtp://user:password@host:port` (STARTTLS where offered) or `smtps://…`
 */
export function openMailer(url: string, from: string): Mailer {
  const transport = createTransport(url, { from });
  Object.assign(transport.options, {
    connectionTimeout: TIMEOUT_MS_MAX,
    greetingTimeout: TIMEOUT_MS_MAX,
    socketTimeout: TIMEOUT_MS_MAX,
  });
  return {
    send: async (mail) => void (await transport.sendMail(mail)),
    close: () => transport.close(),
  };
}
