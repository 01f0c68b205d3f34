/** Signatures of Standard Webhooks 1.0: receivers check them with a library of theirs (docs/notices.md). */
import { Webhook } from 'standardwebhooks';

/** What a secret file says in a line; 24 to 64 bytes, as the standard has it. */
export function isSecret(text: string): boolean {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  if (encoded === undefined) return false;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.length >= 24 && bytes.length <= 64 && bytes.toString('base64') === encoded;
}

/**
 * @param secrets all sign: while a receiver is moved to another secret, it knows one of them
 * @param at the moment of the try: receivers refuse what is minutes old
 */
export function signedHeaders(
  id: string,
  at: Date,
  body: string,
  secrets: readonly string[],
): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}
