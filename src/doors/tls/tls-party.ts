import { createServer, type SecureContext, type Server } from 'node:tls';

/** What the control connection and the data connections of a session share, so that one resumes the other's TLS. */
export interface TlsParty {
  secureContext: SecureContext;
  /** Keeps sessions of TLS 1.2 for clients that take no tickets, such as curl. */
  sessionCache: Server;
}

/** A client offers its latest sessions; older ones end in a full handshake. */
const SESSIONS_MAX = 10_000;

/** A TLS server that never listens: Node asks one where sessions are kept. */
export function createSessionCache(sessionsMax = SESSIONS_MAX): Server {
  const kept = new Map<string, Buffer>();
  return createServer()
    .on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
      kept.set(id.toString('hex'), session);
      const [oldest] = kept.keys();
      if (kept.size > sessionsMax && oldest !== undefined) kept.delete(oldest);
      done();
    })
    .on('resumeSession', (id: Buffer, done: (error: Error | null, session: Buffer | null) => void) => {
      done(null, kept.get(id.toString('hex')) ?? null);
    });
}
