/** The receipts of the files of a batch, from what the ledger knows of them. */
import { traceName } from '../change-file/companions.ts';
import type { LastReceipt, ReceiptFacts, StoredReceipt } from '../change-file/receipt-facts.ts';
import { receiptName } from '../change-file/receipt-names.ts';
import { seal, type Receipt, type SealedFile, type SigningKey } from './receipt.ts';

/** What all of a batch have in common. */
export interface Common {
  /** The customer's folder. */
  customer: string;
  report: SealedFile;
  key: SigningKey;
}

/** Makes receipts that follow one another. */
export class Sealing {
  readonly #common: Common;
  #last: LastReceipt | null;
  /** Names that it has given. */
  readonly #names = new Set<string>();

  /** @param last the one that the first names as the one before it; null: there is none */
  constructor(common: Common, last: LastReceipt | null) {
    this.#common = common;
    this.#last = last;
  }

  next(facts: ReceiptFacts): StoredReceipt {
    const number = (this.#last?.number ?? 0) + 1;
    const { key } = this.#common;
    const { hash, text } = seal(receiptOf(facts, this.#common, { number, previous: this.#last }), key);
    this.#last = { number, hash };
    const plain = receiptName(facts.name);
    const name =
      facts.isNameTaken || this.#names.has(plain) || plain !== uncutName(facts.name)
        ? receiptName(facts.name, number)
        : plain;
    this.#names.add(name);
    return { file: facts.id, number, name, hash, content: text };
  }
}

/** Of a name that was cut nobody knows whether it is taken. */
function uncutName(file: string): string {
  return `${file.replace(/\.[^.]*$/u, '')}.receipt.json`;
}

function receiptOf(
  facts: ReceiptFacts,
  { customer, report, key }: Common,
  { number, previous }: { number: number; previous: LastReceipt | null },
): Receipt {
  const { name, bytes, sha256, sequence, folder, filedAs, login, address, counts, traceSha256 } = facts;
  return {
    version: 1,
    customer,
    number,
    previous: previous?.hash ?? null,
    file: { name, bytes, sha256, filedAs: folder && filedAs ? `${folder}/${filedAs}` : null, sequence },
    upload: { login, address, at: momentOf(facts.receivedAt) },
    decision: {
      what: whatOf(facts),
      code: facts.code,
      reason: facts.reason,
      at: momentOf(facts.finishedAt),
    },
    counts,
    report,
    trace: traceSha256 && filedAs ? { name: traceName(filedAs), sha256: traceSha256 } : null,
    keyId: key.keyId,
  };
}

/** A customer on hold is another matter than a file that waits for a person. */
function whatOf({ decision, reason }: ReceiptFacts): string {
  if (reason === 'set-aside' || reason === 'lost') return reason;
  return decision === 'held' ? 'on-hold' : decision;
}

function momentOf(text: string): string {
  return new Date(text).toISOString();
}
