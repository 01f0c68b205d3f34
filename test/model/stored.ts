import { isDeepStrictEqual } from 'node:util';
import type { Queryable } from '../../src/database/open.ts';
import {
  PROFILE_FIELDS,
  type Model,
  type ModelSubscriber,
  type NotesMail,
  type ProfileField,
} from './accounts.ts';
import { CUSTOMER } from './generate-organisation.ts';
import { foldDn } from './notes.ts';

/** One subscriber in the form in which model and program are compared. */
export type Portrait = Omit<ModelSubscriber, 'seats' | 'notes'> & {
  seats: string[];
  notes: NotesMail | null;
};

interface StoredRow extends Record<ProfileField, string> {
  email: string;
  given_name: string;
  family_name: string;
  roles: string[];
  company_contact: boolean;
  state: ModelSubscriber['state'];
  state_before_suspend: ModelSubscriber['beforeSuspend'];
  federation_type: string;
  invitation_state: 'none' | 'pending';
  invitation_sent_to: string | null;
  alternate_email: string | null;
  password_state: string;
  identity_verified: boolean;
  terms_accepted_at: Date | null;
  mailbox: string | null;
  notes_dn: string | null;
  notes_template: string | null;
  notes_version: string | null;
  notes_locale: string | null;
  notes_forms: string | null;
  seats: string[];
}

/** Licences are compared with what else makes a technician. */
const SEATS = `
  select coalesce(array_agg(format('%s %s files=%s mail=%s', subscription_id, state, extra_files_gb, extra_mail_gb)
                            order by subscription_id), '{}')
    from seat where subscriber_id = s.id and subscription_id not in (select id from subscription where kind = 'license')`;

/** What the program has stored of a customer, ordered by address. */
export async function storedPortraits(database: Queryable, customer = CUSTOMER): Promise<Portrait[]> {
  const { rows } = await database.query<StoredRow>(
    `select s.*, time_zone as "timeZone", job_title as "jobTitle", (${SEATS}) as seats
       from subscriber s where customer_id = $1 and state <> 'removed'`,
    [customer],
  );
  return rows.map(portraitOf).sort(byEmail);
}

/** Seats taken per subscription, as counted along. */
export async function storedSeatCounts(database: Queryable): Promise<unknown[]> {
  const { rows } = await database.query(
    'select id, seats_taken from subscription where customer_id = $1 order by id',
    [CUSTOMER],
  );
  return rows;
}

function portraitOf(row: StoredRow): Portrait {
  return {
    email: row.email,
    givenName: row.given_name,
    familyName: row.family_name,
    roles: row.roles,
    companyContact: row.company_contact,
    state: row.state,
    beforeSuspend: row.state_before_suspend,
    federationType: row.federation_type,
    profile: Object.fromEntries(PROFILE_FIELDS.map((field) => [field, row[field]])) as Record<
      ProfileField,
      string
    >,
    invitation: row.invitation_state,
    invitedAt: row.invitation_sent_to,
    alternative: row.alternate_email,
    hasPassword: row.password_state === 'temporary',
    verified: row.identity_verified,
    termsAccepted: row.terms_accepted_at !== null,
    mailbox: row.mailbox,
    seats: row.seats,
    notes:
      row.notes_dn === null
        ? null
        : {
            dn: foldDn(row.notes_dn),
            template: row.notes_template,
            version: row.notes_version,
            locale: row.notes_locale,
            forms: row.notes_forms,
          },
  };
}

export function modelPortraits(model: Model): Portrait[] {
  return model.subscribers
    .map(({ seats, notes, ...rest }) => ({
      ...rest,
      seats: [...seats]
        .sort(([a], [b]) => a - b)
        .map(([id, seat]) => {
          return `${id} ${seat.state} files=${seat.files} mail=${seat.mail}`;
        }),
      notes: notes && { ...notes, dn: foldDn(notes.dn) },
    }))
    .sort(byEmail);
}

/** The accounts that program and model do not agree about; one of the two may lack one. */
export function differingPortraits(stored: readonly Portrait[], expected: readonly Portrait[]) {
  const emails = new Set([...stored, ...expected].map(({ email }) => email));
  const pairs = [...emails].map((email) => ({
    program: stored.find((one) => one.email === email) ?? null,
    model: expected.find((one) => one.email === email) ?? null,
  }));
  return pairs.filter(({ program, model }) => !isDeepStrictEqual(program, model));
}

function byEmail(a: { email: string }, b: { email: string }): number {
  return a.email < b.email ? -1 : 1;
}
