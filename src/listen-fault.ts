import { codeOf, OperatorFault } from './fault.ts';
import { quoted } from './shown-text.ts';

/** What was to be opened, by the keys of the configuration that say where. */
export interface ListenPlace {
  hostKey: string;
  portKey: string;
  host: string;
  port: number;
}

/** @param error what `listen` failed with */
export function listenFault({ hostKey, portKey, host, port }: ListenPlace, error: unknown): OperatorFault {
  const code = codeOf(error) ?? 'unknown error';
  const texts: Record<string, string> = {
    EADDRINUSE: `${portKey} ${port}: another program listens on this port of ${host} already. Stop it, or write another port.`,
    EACCES: `${portKey} ${port}: this user may not listen on a port below 1024. Write another port, or allow it: README, "Install".`,
    EADDRNOTAVAIL: `${hostKey} ${quoted(host)} is no address of this machine. Write one that it has, or 0.0.0.0 for all.`,
    ENOTFOUND: `${hostKey} ${quoted(host)} is no address, and no name that this machine knows. Write an address.`,
    EAFNOSUPPORT: `${hostKey} ${quoted(host)}: this machine has no addresses of this kind. Write another one.`,
  };
  const other = `${hostKey} ${quoted(host)}, ${portKey} ${port}: cannot be listened on (${code}). Write another address or port.`;
  return new OperatorFault(texts[code === 'EAI_AGAIN' ? 'ENOTFOUND' : code] ?? other, 2);
}
