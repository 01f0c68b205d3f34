/** What the ledger knows of a file that was decided, for its receipt. Moments are ISO 8601, hashes SHA-256 in hexadecimal. */
export interface ReceiptFacts {
  id: number;
  name: string;
  bytes: number;
  /** null: nobody could read it. */
  sha256: string | null;
  sequence: string | null;
  folder: string | null;
  filedAs: string | null;
  login: string | null;
  address: string | null;
  receivedAt: string;
  finishedAt: string;
  /** As the ledger decided it, or more closely: `quarantined`, `discarded`. */
  decision: 'applied' | 'held' | 'refused' | 'quarantined' | 'discarded';
  code: number | null;
  /** Of the refusal. */
  reason: string | null;
  counts: { entries: number; written: number; readErrors: number; writeErrors: number } | null;
  traceSha256: string | null;
  /** It has its receipt, of an attempt to end the batch that did not come to its end. */
  isSealed: boolean;
  /** Another file's receipt has the plain name. */
  isNameTaken: boolean;
}

/** The last receipt of a customer. */
export interface LastReceipt {
  number: number;
  hash: string;
}

/** A receipt as it is stored. */
export interface StoredReceipt {
  /** Row of the file. */
  file: number;
  number: number;
  name: string;
  hash: string;
  content: string;
}
