/** What lies in `_report` besides reports: receipts, and the keys that prove them. */
import path from 'node:path';

const STEM_BYTES_MAX = 200;

/**
 * `1000001_PRV_5.csv` → `1000001_PRV_5.receipt.json`. Where that one is taken, as files of one name may come again, and
 * those of several kinds share a stem, its number makes it another one: `1000001_PRV_5.receipt.17.json`.
 */
export function receiptName(changeFile: string, number: number | null = null): string {
  let stem = path.parse(changeFile).name;
  while (Buffer.byteLength(stem) > STEM_BYTES_MAX) stem = Array.from(stem).slice(0, -1).join('');
  return `${stem}.receipt${number === null ? '' : `.${number}`}.json`;
}

export function isReceiptName(name: string): boolean {
  return /\.receipt(\.\d+)?\.json$/u.test(name);
}

/** The key with which new ones are signed; those of before stay beside it under their ids. */
export const PUBLIC_KEY = 'receipt.pub';

export function publicKeyName(keyId: string): string {
  return `receipt-${keyId}.pub`;
}

/** Never purged: without them a receipt proves nothing. */
export function isPublicKeyName(name: string): boolean {
  return /^receipt(-[0-9a-f]{32})?\.pub$/.test(name);
}
