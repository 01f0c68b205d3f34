/** What Notes mail needs to know of a customer. Each function returns whether something was created or changed. */
import type { Transaction } from '../../database/open.ts';
import { foldNotesDn } from '../subscribers/notes-name.ts';
import type { NotesTemplate, OnPremisesEntry } from '../subscribers/organisation.ts';

export async function saveTemplate(
  tx: Transaction,
  customer: number,
  { name, versions, locales }: NotesTemplate,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into notes_template as stored (customer_id, name, versions, locales) values ($1, $2, $3, $4)
     on conflict (customer_id, name) do update set versions = excluded.versions, locales = excluded.locales
     where (stored.versions, stored.locales) is distinct from (excluded.versions, excluded.locales)`,
    [customer, name, versions, locales],
  );
  return rowCount === 1;
}

export async function saveFormsFile(tx: Transaction, customer: number, name: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into forms_file (customer_id, name) values ($1, $2) on conflict do nothing',
    [customer, name],
  );
  return rowCount === 1;
}

export async function saveOnPremisesEntry(
  tx: Transaction,
  customer: number,
  { dn, email }: OnPremisesEntry,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into on_premises_entry as stored (customer_id, dn_key, dn, email) values ($1, $2, $3, $4)
     on conflict (customer_id, dn_key) do update set dn = excluded.dn, email = excluded.email
     where (stored.dn, stored.email) is distinct from (excluded.dn, excluded.email)`,
    [customer, foldNotesDn(dn), dn, email],
  );
  return rowCount === 1;
}
