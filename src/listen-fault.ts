import { codeOf, OperatorFault } from './fault.ts';
import { quoted } from './shown-text.ts';
import { configuration as words } from './messages/en/configuration.ts';

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
  const { listen } = words;
  const texts: Record<string, string> = {
    EADDRINUSE: listen.inUse(portKey, port, host),
    EACCES: listen.notPermitted(portKey, port),
    EADDRNOTAVAIL: listen.notHere(hostKey, quoted(host)),
    ENOTFOUND: listen.notFound(hostKey, quoted(host)),
    EAFNOSUPPORT: listen.noFamily(hostKey, quoted(host)),
  };
  const other = listen.other(hostKey, quoted(host), portKey, port, code);
  return new OperatorFault(texts[code === 'EAI_AGAIN' ? 'ENOTFOUND' : code] ?? other, 2);
}
