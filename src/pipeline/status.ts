import path from 'node:path';
import { customerById } from '../accounts/customers/customer.ts';
import { kindFacts } from '../kinds/registry.ts';
import { customerStatus } from '../ledger/status.ts';
import { writeStatusFiles } from '../report/status-file.ts';
import type { Services } from './services.ts';

/** Writes `_status.txt` and `_status.json` into the customer's folder. */
export async function writeStatus(
  { database, clock, spool, caps }: Services,
  customer: number,
): Promise<void> {
  const now = clock.now();
  const known = await customerById(database, customer);
  const status = await customerStatus(database, known, { caps, ...kindFacts }, now);
  await writeStatusFiles(path.join(spool, known.folder), status, now);
}
