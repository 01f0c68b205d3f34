/** What the customers of the fault harness upload: file n of a customer is the same in every run. */
import { ACME, OTHER } from '../journeys/organisation.ts';

export interface Uploader {
  customer: number;
  login: string;
  folder: string;
}

export const UPLOADERS: Uploader[] = [
  { customer: ACME, login: 'acme', folder: 'acme' },
  { customer: OTHER, login: 'other', folder: 'other' },
];

const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,password,department\n';

export function nameOf({ customer }: Uploader, file: number): string {
  return `${customer}_HR_PRV_${file}.csv`;
}

/** Files that build on each other: what one adds, the next changes and removes, and some entries fail. */
export function contentOf({ login }: Uploader, file: number): string {
  const own = (number: number) => `${login}${file}.${number}@example.com`;
  const before = (number: number) => `${login}${file - 1}.${number}@example.com`;
  return [
    HEADER,
    `${own(1)},Add,${file % 3 === 0 ? '85180' : ''},Ann,One${file},,Sales\n`,
    `${own(2)},Add,,Bob,Two${file},,Sales\n`,
    `${own(3)},Add,,Cid,Three${file}\n`,
    `${own(1)},Add,,Ann,One${file}\n`,
    `${before(1)},Update,,,,,Research ${file}\n`,
    `${before(2)},Suspend\n`,
    `${before(3)},Remove\n`,
    file % 5 === 0 ? `bad line "${file}\n` : `${own(2)},RevokeSeat,COLLAB\n`,
  ].join('');
}

export const ENTRIES_PER_FILE = 8;
