import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { causeOf } from '../src/cause.ts';
import { isReceiptName } from '../src/change-file/receipt-names.ts';
import { OperatorFault } from '../src/fault.ts';
import { commands } from '../src/messages/en/commands.ts';
import { receipts as words } from '../src/messages/en/receipts.ts';
import {
  checkFiles,
  type Checked,
  type GoodReceipt,
  type ReceiptFault,
} from '../src/receipts/check-files.ts';
import { publicKeysIn } from '../src/receipts/public-keys.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { textOf } from './arguments.ts';
import type { Command } from './command.ts';
import { expectFiles } from './expect-files.ts';

export const receipt: Command = {
  name: 'receipt',
  usage: 'verify FILE…',
  summary: words.summary,
  details: words.details,
  options: { key: { type: 'string' }, json: { type: 'boolean' } },
  count: { min: 2, max: Number.POSITIVE_INFINITY },
  run: async ({ arguments: [word = '', ...files], options, print, say }) => {
    if (word !== 'verify') throw new OperatorFault(words.verify(escapeHidden(word)), 2);
    const keyFile = textOf(options, 'key');
    await expectFiles(keyFile === null ? files : [...files, keyFile]);
    if (!files.some((file) => isReceiptName(path.basename(file)))) throw new OperatorFault(words.none, 2);
    const checked = await checkFiles(files, keyFile === null ? null : await keysIn(keyFile));
    if (options.json) print(escapeHidden(JSON.stringify(checked)));
    else show(checked, print, say);
    if (keyFile === null) say(words.foundKeys);
    return checked.faults.length === 0 ? 0 : 1;
  },
};

/** @throws {OperatorFault} exit code 2 where it holds none */
async function keysIn(file: string): Promise<Map<string, KeyObject>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new OperatorFault(commands.wrong.file(escapeHidden(file), causeOf(error)), 2);
  });
  const keys = publicKeysIn(text);
  if (keys.size === 0) throw new OperatorFault(words.noKeyIn(escapeHidden(file)), 2);
  return keys;
}

function show({ good, faults }: Checked, print: (text: string) => void, say: (text: string) => void): void {
  for (const one of good) print(escapeHidden(goodText(one)));
  for (const fault of faults) say(escapeHidden(faultText(fault)));
  say(words.summaryLine(good.length, faults.length));
}

function goodText({ place, receipt: { customer, number, file, decision }, found }: GoodReceipt): string {
  return words.good(place, customer, number, words.decided(file.name, decision.what, found.length));
}

function faultText(fault: ReceiptFault): string {
  switch (fault.kind) {
    case 'unknown-key':
      return words.unknownKey(fault.place, fault.keyId);
    case 'other-content':
      return words.otherContent(fault.place, fault.receipt);
    case 'missing':
      return words.missing(fault.customer, fault.first, fault.last);
    case 'broken':
      return words.broken(fault.place, fault.before);
    case 'fork':
      return words.fork(fault.place, fault.number, fault.other);
    case 'first':
      return words.first(fault.place, fault.number);
    default:
      return words[fault.kind](fault.place);
  }
}
