import path from 'node:path';
import { customerById } from '../accounts/customers/customer.ts';
import { customerStatus } from '../ledger/status.ts';
import { writeStatusFiles } from '../report/status-file.ts';
import type { Services } from './services.ts';

/** Writes `_status.txt` and `_status.json` into the customer's folder. */
export async function writeStatus(services: Services, customer: number): Promise<void> {
  const { database, clock, spool, caps, kinds } = services;
  const { countsHourly, countsDaily, heldRefuses, listTypes } = kinds;
  const now = clock.now();
  const known = await customerById(database, customer);
  const facts = { caps, countsHourly, countsDaily, heldRefuses, listTypes };
  const status = await customerStatus(database, known, facts, now);
  await writeStatusFiles(path.join(spool, known.folder), status, now);
}
