import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { z } from 'zod';
import { organisationFileSchema, type OrganisationFile } from '../../src/accounts/setup/organisation-file.ts';

/** An organisation file as an operator writes it. */
export type WrittenOrganisation = z.input<typeof organisationFileSchema>;
export type WrittenCustomer = WrittenOrganisation['customers'][number];
export type WrittenSubscriber = NonNullable<WrittenCustomer['subscribers']>[number];

export const FIXTURES = new URL('../samples/fixtures.yaml', import.meta.url);
export const ACME = 1_000_001;
export const OTHER = 2_000_002;

/** Sign-in data of the fixtures, by login. */
export const PASSWORDS: Record<string, string> = {
  acme: 'Upload-4-Acme',
  other: 'Upload-4-Other',
  held: 'Upload-4-Held',
  crew: 'Crew-uploads-4-tests',
};

/**
 * The fixtures of the examples, laid over with what a test needs else.
 *
 * @param overlay replaces keys of the customer Acme; its subscribers are added to those of the fixtures
 */
export async function fixtures(overlay: Partial<WrittenCustomer> = {}): Promise<WrittenOrganisation> {
  const { customers } = parse(await readFile(FIXTURES, 'utf8')) as WrittenOrganisation;
  const { subscribers = [], ...keys } = overlay;
  return {
    customers: customers.map((customer) =>
      customer.id === ACME
        ? { ...customer, ...keys, subscribers: [...(customer.subscribers ?? []), ...subscribers] }
        : customer,
    ),
  };
}

/** Checks it like a file that was read. */
export function declared(written: WrittenOrganisation): OrganisationFile {
  return organisationFileSchema.parse(written);
}

/** A subscriber `given.family@example.com`, with seats of these subscriptions. */
export function person(
  email: string,
  seats: number[] = [],
  more: Partial<WrittenSubscriber> = {},
): WrittenSubscriber {
  const [given = '', family = ''] = email.split(/[.@]/);
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  return {
    email: email.includes('@') ? email : `${email}@example.com`,
    givenName: capital(given),
    familyName: capital(family),
    seats,
    ...more,
  };
}
