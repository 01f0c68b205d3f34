import { constants } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';

export interface CertificatePair {
  cert: string | Buffer;
  key: string | Buffer;
}

/** OpenSSL's HIGH group (rules 17) without those that encrypt nothing or authenticate nobody. */
const CIPHERS = 'HIGH:!aNULL:!eNULL:!MD5:!PSK:!SRP';

/**
 * The TLS context of the moment. Each holds random keys of its own for session tickets; a session keeps the context it
 * began with for its data connections too. That lets clients resume the control connection's TLS session on a data
 * connection, and it is the overlap when keys or certificate change: running sessions go on with theirs.
 */
export class SecureContexts {
  readonly #clientAuthorities: string | undefined;
  #pair: CertificatePair;
  #current: SecureContext;
  readonly #timer: NodeJS.Timeout;

  /** @param clientAuthorities PEM text: whose client certificates are asked for */
  constructor(pair: CertificatePair, ticketKeysMsMax: number, clientAuthorities?: string) {
    this.#pair = pair;
    this.#clientAuthorities = clientAuthorities;
    this.#current = contextFor(pair, clientAuthorities);
    this.#timer = setInterval(() => this.rotateTicketKeys(), ticketKeysMsMax).unref();
  }

  get current(): SecureContext {
    return this.#current;
  }

  /** With keys that no other session has. */
  fresh(): SecureContext {
    return contextFor(this.#pair, this.#clientAuthorities);
  }

  /** For later sessions. */
  setCertificate(pair: CertificatePair): void {
    this.#current = contextFor(pair, this.#clientAuthorities);
    this.#pair = pair;
  }

  /** Later sessions get new keys; a ticket sealed with old ones leads to a full handshake. */
  rotateTicketKeys(): void {
    this.#current = contextFor(this.#pair, this.#clientAuthorities);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function contextFor({ cert, key }: CertificatePair, clientAuthorities?: string): SecureContext {
  return createSecureContext({
    cert,
    key,
    ...(clientAuthorities === undefined ? {} : { ca: clientAuthorities }),
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    // Only TLS 1.2 has it, no client needs it, and each costs the server more than the client.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    sessionIdContext: 'spoolgate ftps',
  });
}
