/** Checks receipts that lie in files, with what lies beside them: without configuration, database and daemon. */
import { createHash, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isPublicKeyName, isReceiptName } from '../change-file/receipt-names.ts';
import { chainFaults, type ChainFault } from './chain.ts';
import { publicKeysIn } from './public-keys.ts';
import { readReceipt, type ReadReceipt } from './read-receipt.ts';

export type ReceiptFault =
  | ChainFault
  | { kind: 'unreadable' | 'altered' | 'unnamed'; place: string }
  | { kind: 'unknown-key'; place: string; keyId: string }
  /** It is another one than the receipt says. */
  | { kind: 'other-content'; place: string; receipt: string };

export interface GoodReceipt {
  place: string;
  receipt: ReadReceipt;
  hash: string;
  /** What it names, was found, and is as it says. */
  found: string[];
}

export interface Checked {
  /** By customer and number. */
  good: GoodReceipt[];
  faults: ReceiptFault[];
}

const RECEIPT_BYTES_MAX = 1_048_576;

/**
 * @param files receipts, and any of the files that they name; public keys among them are no receipts
 * @param given keys to be believed; null: those that lie beside the receipts
 */
export async function checkFiles(
  files: readonly string[],
  given: ReadonlyMap<string, KeyObject> | null,
): Promise<Checked> {
  const receipts = files.filter((file) => isReceiptName(path.basename(file)));
  const others = files.filter((file) => !receipts.includes(file) && !isPublicKeyName(path.basename(file)));
  const keys = given ?? (await keysBeside(files));
  const good: GoodReceipt[] = [];
  const faults: ReceiptFault[] = [];
  for (const place of receipts) {
    const reading = readReceipt(await textOf(place), keys);
    if (reading.kind === 'good')
      good.push({ place, receipt: reading.receipt, hash: reading.hash, found: [] });
    else if (reading.kind === 'unknown-key') faults.push({ ...reading, place });
    else faults.push({ kind: reading.kind, place });
  }
  const named = new Set<string>();
  for (const one of good) faults.push(...(await otherContents(one, others, named)));
  const unnamed = others
    .filter((place) => !named.has(place))
    .map((place) => ({ kind: 'unnamed' as const, place }));
  const links = good.map(({ place, hash, receipt: { customer, number, previous } }) => ({
    place,
    customer,
    number,
    previous,
    hash,
  }));
  return { good: inOrder(good), faults: [...faults, ...unnamed, ...chainFaults(links)] };
}

function inOrder(good: readonly GoodReceipt[]): GoodReceipt[] {
  return good.toSorted(
    ({ receipt: one }, { receipt: other }) =>
      one.customer.localeCompare(other.customer) || one.number - other.number,
  );
}

/** What is too long is no receipt. */
async function textOf(place: string): Promise<string> {
  const { size } = await stat(place);
  return size > RECEIPT_BYTES_MAX ? '' : readFile(place, 'utf8');
}

async function keysBeside(files: readonly string[]): Promise<Map<string, KeyObject>> {
  const keys = new Map<string, KeyObject>();
  for (const folder of new Set(files.map((file) => path.dirname(file))))
    for (const name of await readdir(folder))
      if (isPublicKeyName(name))
        for (const [id, key] of publicKeysIn(await textOf(path.join(folder, name)))) keys.set(id, key);
  return keys;
}

/** @param named gets those of the given files that the receipt is about */
async function otherContents(
  { place: receipt, receipt: said, found }: GoodReceipt,
  given: readonly string[],
  named: Set<string>,
): Promise<ReceiptFault[]> {
  const faults: ReceiptFault[] = [];
  for (const { names, folders, sha256 } of contentsOf(said)) {
    const here = path.dirname(receipt);
    const beside = names
      .slice(0, 1)
      .flatMap((name) => folders.map((folder) => path.join(here, folder, name)));
    const chosen = given.filter((file) => names.includes(path.basename(file)));
    for (const file of chosen) named.add(file);
    for (const place of new Set([...chosen, ...beside].map((file) => path.normalize(file)))) {
      const actual = await digestOf(place);
      if (actual === sha256) found.push(place);
      else if (actual !== null) faults.push({ kind: 'other-content', place, receipt });
    }
  }
  return faults;
}

/** With the names it may have, the first of them here, and where it may lie beside the receipt. */
function contentsOf({ file, report, trace }: ReadReceipt) {
  const filedIn = /^(_processed|_error)\/([^/]+)$/u.exec(file.filedAs ?? '');
  const folders = filedIn ? ['.', `../${filedIn[1]}`] : ['.'];
  const plain = ({ name, sha256 }: { name: string; sha256: string }) => ({
    names: [path.basename(name)],
    sha256,
  });
  return [
    { ...plain(report), folders: ['.'] },
    ...(trace ? [{ ...plain(trace), folders }] : []),
    ...(file.sha256 === null
      ? []
      : [
          {
            names: [filedIn?.[2] ?? file.name, file.name].map((name) => path.basename(name)),
            sha256: file.sha256,
            folders,
          },
        ]),
  ];
}

/** @returns null where there is no file of this name */
async function digestOf(place: string): Promise<string | null> {
  const stats = await stat(place).catch(() => null);
  if (!stats?.isFile()) return null;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(place)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
