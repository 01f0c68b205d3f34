/** The database that a configuration names, and how it is called where it cannot be reached. */
import { codeOf, messageOf, OperatorFault } from '../fault.ts';
import { operator } from '../messages/en/operator.ts';
import { openDatabase, type Database } from './open.ts';
import { keepsSessions } from './pooler.ts';

/** @throws {OperatorFault} where it cannot be reached, or is not fit */
export async function openDatabaseAt(url: string, onLost: (error: Error) => void): Promise<Database> {
  const opened = await reached(url, openDatabase(url, onLost));
  try {
    if (await reached(url, keepsSessions(url))) return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
  await opened.close();
  throw new OperatorFault(operator.database.pooled(describeDatabase(url)));
}

async function reached<T>(url: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw new OperatorFault(
      operator.database.unreachable(describeDatabase(url), messageOf(error) || String(codeOf(error))),
    );
  });
}

/** Opens and closes it, changing nothing. */
export async function tryDatabaseAt(url: string): Promise<void> {
  const opened = await openDatabaseAt(url, () => {});
  await opened.close();
}

/** Host, port and name; never a password. A host may be the encoded folder of a socket; what is no URL is left to the driver to refuse. */
export function describeDatabase(url: string): string {
  if (!URL.canParse(url)) return operator.database.ofConfiguration;
  const { host, pathname } = new URL(url);
  return `${decodeURIComponent(host)}${pathname}`;
}
