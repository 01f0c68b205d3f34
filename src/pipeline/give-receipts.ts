/**
 * The receipts of a batch. They are derived from what is stored, but each of them, once it stands in the chain, stays as it
 * was given: somebody may have read it.
 */
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { eachOf } from '../each-of.ts';
import { REPORT } from '../change-file/change-file.ts';
import type { StoredReceipt } from '../change-file/receipt-facts.ts';
import { stageWhole } from '../durable.ts';
import { failpoint } from '../failpoints.ts';
import { keepReceipts, keptReceipts, type ReceiptSource } from '../ledger/receipt-rows.ts';
import { Sealing } from '../receipts/build.ts';
import { sha256 } from '../receipts/receipt.ts';
import type { Turn } from './services.ts';

/** So many are in memory at once, and go in one statement. */
const PAGE = 500;
/** Each waits for the disk; side by side they wait together. */
const WRITTEN_AT_ONCE = 8;

export interface GivenReceipts {
  /** To be kept with the name of the report. */
  first: readonly StoredReceipt[];
  /** Writes them and all others into the folder `_report`, after the report, under names that last when it is synced. */
  writeInto: (folder: string, report: Promise<void>) => Promise<void>;
}

/** @param report its text, of which they have the hash */
export async function giveReceipts(
  { services, customer, folder }: Turn,
  { name, text }: { name: string; text: string },
  { facts, last }: ReceiptSource,
): Promise<GivenReceipts> {
  const { database, clock, receipts } = services;
  if (!receipts) return { first: [], writeInto: async () => {} };
  // First: whoever goes on with them after a death may have another key.
  await receipts.published.publishIn(path.join(folder, REPORT));
  const common = {
    customer: path.basename(folder),
    report: { name, sha256: sha256(text) },
    key: receipts.key,
  };
  const sealing = new Sealing(common, last);
  const pages = pagesOf(facts.filter(({ isSealed }) => !isSealed));
  const first = (pages.shift() ?? []).map((one) => sealing.next(one));
  const given = facts.filter(({ isSealed }) => isSealed).map(({ id }) => id);
  return {
    first,
    writeInto: async (into, reported) => {
      const writeAll = (some: readonly Written[]) => writeSome(into, some, reported);
      for (const page of pagesOf(given)) await writeAll(await keptReceipts(database, page));
      await writeAll(first);
      for (const page of pages) {
        const more = page.map((one) => sealing.next(one));
        await keepReceipts(database, customer, more, clock.now());
        await writeAll(more);
      }
    },
  };
}

type Written = Pick<StoredReceipt, 'name' | 'content'>;

async function writeSome(folder: string, receipts: readonly Written[], after: Promise<void>): Promise<void> {
  await eachOf(receipts, WRITTEN_AT_ONCE, async ({ name, content }) => {
    const place = path.join(folder, name);
    const hidden = await stageWhole(place, (file) => file.writeFile(content));
    try {
      await after;
    } catch (error) {
      await rm(hidden, { force: true });
      throw error;
    }
    await rename(hidden, place);
    failpoint('receipt-written');
  });
}

function pagesOf<One>(all: readonly One[]): One[][] {
  const pages: One[][] = [];
  for (let at = 0; at < all.length; at += PAGE) pages.push(all.slice(at, at + PAGE));
  return pages;
}
