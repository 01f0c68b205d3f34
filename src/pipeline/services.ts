import type { Customer } from '../accounts/customers/customer.ts';
import type { Antivirus } from '../antivirus/antivirus.ts';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../database/open.ts';
import type { Journal } from '../events/events.ts';
import type { Kinds } from '../kinds/kinds.ts';
import type { Meter } from '../metrics/meters.ts';
import type { Caps } from '../order/throttle.ts';
import type { PublishedKey, ReceiptKey } from '../receipts/key.ts';
import type { SpoolMount } from '../spool/mount.ts';
import type { Settling } from '../spool/settling.ts';
import type { Preparations } from './preparations.ts';
import type { Readings } from './readings.ts';

/** What the pipeline works with. */
export interface Services {
  database: Database;
  clock: Clock;
  journal: Journal;
  /** Absolute path of the spool. */
  spool: string;
  /** Looked at before each turn. */
  mount?: SpoolMount;
  /** Of change files. */
  kinds: Kinds;
  /** For customers without caps of their own. */
  caps: Caps;
  /** A batch starts when no upload has ended for this long. */
  settleMs: number;
  /** Traces show `***` for passwords, where the copied line would show them (rule 19.43). */
  maskPasswords?: boolean;
  /** null where none is configured. */
  antivirus?: Antivirus | null;
  /** Left out: files get no receipts. */
  receipts?: { key: ReceiptKey; published: PublishedKey };
  /** Tells whether something is still being written in a folder. */
  settling: Settling;
  /** What files need that takes long, made between turns. */
  preparations: Preparations;
  /** What takes long to read, read between turns. */
  readings: Readings;
  /** Told how long things take; left out: nobody measures. */
  meter?: Meter;
}

/** The customer whose turn it is. */
export interface Turn {
  services: Services;
  /** Holds the customer's place in the line. */
  lock: Transaction;
  customer: number;
  /** As it was when the turn began. */
  owner: Customer;
  /** Absolute path of its folder. */
  folder: string;
}
