/** How the tables of the account store hold what is in memory. Rows are read as JSON, and written column by column. */
import { columns, jsonTimestamp, orNull, type RowOf } from '../../database/columns.ts';
import { foldNotesDn } from './notes-name.ts';
import type { Organisation, Seat, Subscriber, Subscription, Technician } from './organisation.ts';

/** What of a customer the operations need to know. */
type CustomerColumns =
  | 'id'
  | 'name'
  | 'state'
  | 'contactLanguage'
  | 'emailVerification'
  | 'acceptTerms'
  | 'federation'
  | 'notes'
  | 'inotes'
  | 'accessories';

export const CUSTOMER = columns<Pick<Organisation, CustomerColumns>>()({
  id: 'id',
  name: 'name',
  state: 'state',
  contactLanguage: 'contact_language',
  emailVerification: 'email_verification',
  acceptTerms: 'accept_terms',
  federation: 'federation',
  notes: 'notes',
  inotes: 'inotes',
  accessories: 'accessories',
});

export const SUBSCRIPTION = columns<Omit<Subscription, 'compatibleWith'>>()({
  id: 'id',
  kind: 'kind',
  seats: 'seats',
  seatsTaken: 'seats_taken',
  active: 'active',
  mail: 'mail',
  parts: 'parts',
  accessory: 'accessory',
  license: 'license',
  needs: 'needs',
  pool: 'pool',
  gigabytes: 'gigabytes',
});

const SEAT_MAP = {
  subscription: 'subscription_id',
  state: 'state',
  extraStorage: { files: 'extra_files_gb', mail: 'extra_mail_gb' },
  assignedAt: jsonTimestamp('assigned_at'),
  lastChange: orNull({ file: 'last_change_file', line: 'last_change_line' }),
} as const;

const SEAT = columns<Seat>()(SEAT_MAP);

type StoredSubscriber = Omit<Subscriber, 'seats' | 'technician'>;

const SUBSCRIBER_MAP = {
  id: 'id',
  email: 'email',
  alternateEmail: 'alternate_email',
  givenName: 'given_name',
  familyName: 'family_name',
  roles: 'roles',
  companyContact: 'company_contact',
  state: 'state',
  stateBeforeSuspend: 'state_before_suspend',
  suspendedBy: 'suspended_by_source',
  federationType: 'federation_type',
  profile: {
    language: 'language',
    timeZone: 'time_zone',
    department: 'department',
    jobTitle: 'job_title',
    country: 'country',
    telephone: 'telephone',
    mobile: 'mobile',
    fax: 'fax',
    address: 'address',
    company: 'company',
    initials: 'initials',
    areaCode: 'area_code',
  },
  invitation: {
    state: 'invitation_state',
    sentTo: 'invitation_sent_to',
    sentAt: jsonTimestamp('invitation_sent_at'),
    expiresAt: jsonTimestamp('invitation_expires_at'),
    suppressed: 'invitation_suppressed',
  },
  password: {
    state: 'password_state',
    hash: 'password_hash',
    changedAt: jsonTimestamp('password_changed_at'),
  },
  canSign: 'can_sign',
  identityVerified: 'identity_verified',
  standing: {
    readyFromStart: 'ready_from_start',
    firstSignInAt: jsonTimestamp('first_sign_in_at'),
    claimSince: jsonTimestamp('claim_since'),
    claimDecided: jsonTimestamp('claim_decided'),
  },
  termsAcceptedAt: jsonTimestamp('terms_accepted_at'),
  mailbox: 'mailbox',
  notes: orNull({
    dn: 'notes_dn',
    template: 'notes_template',
    version: 'notes_version',
    locale: 'notes_locale',
    forms: 'notes_forms',
  }),
  managedBy: orNull({ source: 'managed_by_source', objectId: 'managed_by_object' }),
  origin: 'origin',
  createdAt: jsonTimestamp('created_at'),
  lastChange: orNull({
    file: 'last_change_file',
    line: 'last_change_line',
    at: jsonTimestamp('last_change_at'),
  }),
} as const;

const SUBSCRIBER = columns<StoredSubscriber>()(SUBSCRIBER_MAP);

/** What is written with a subscriber and not read back. */
interface Bookkeeping {
  customer: number;
  notesDnKey: string | null;
  updatedAt: Date;
  removedAt: null;
}

/** A row as it is written. */
const WRITTEN = columns<{ subscriber: StoredSubscriber; bookkeeping: Bookkeeping }>()({
  subscriber: SUBSCRIBER_MAP,
  bookkeeping: {
    customer: 'customer_id',
    notesDnKey: 'notes_dn_key',
    updatedAt: jsonTimestamp('updated_at'),
    removedAt: 'removed_at',
  },
});

/** A seat's row says whose it is; in memory it lies with its subscriber. */
const HELD_SEAT = columns<{ seat: Seat; holder: number; customer: number }>()({
  seat: SEAT_MAP,
  holder: 'subscriber_id',
  customer: 'customer_id',
});

export type SubscriberRow = RowOf<typeof SUBSCRIBER>;
export type WrittenSubscriberRow = RowOf<typeof WRITTEN>;
export type SeatRow = RowOf<typeof HELD_SEAT>;

/** What is read of a subscriber. */
export const SUBSCRIBER_COLUMNS = SUBSCRIBER.names;

/** Types of the columns that are written; `text[]` stands for a literal of one, since arrays of arrays are flattened. */
export const SUBSCRIBER_TYPES: Readonly<Record<keyof WrittenSubscriberRow, string>> = {
  id: 'bigint',
  email: 'text',
  alternate_email: 'text',
  given_name: 'text',
  family_name: 'text',
  roles: 'text[]',
  company_contact: 'boolean',
  state: 'text',
  state_before_suspend: 'text',
  suspended_by_source: 'text',
  federation_type: 'text',
  language: 'text',
  time_zone: 'text',
  department: 'text',
  job_title: 'text',
  country: 'text',
  telephone: 'text',
  mobile: 'text',
  fax: 'text',
  address: 'text',
  company: 'text',
  initials: 'text',
  area_code: 'text',
  invitation_state: 'text',
  invitation_sent_to: 'text',
  invitation_sent_at: 'timestamptz',
  invitation_expires_at: 'timestamptz',
  invitation_suppressed: 'boolean',
  password_state: 'text',
  password_hash: 'text',
  password_changed_at: 'timestamptz',
  can_sign: 'boolean',
  identity_verified: 'boolean',
  ready_from_start: 'boolean',
  first_sign_in_at: 'timestamptz',
  claim_since: 'timestamptz',
  claim_decided: 'timestamptz',
  terms_accepted_at: 'timestamptz',
  mailbox: 'text',
  notes_dn: 'text',
  notes_template: 'text',
  notes_version: 'text',
  notes_locale: 'text',
  notes_forms: 'text',
  managed_by_source: 'text',
  managed_by_object: 'text',
  origin: 'text',
  created_at: 'timestamptz',
  last_change_file: 'text',
  last_change_line: 'integer',
  last_change_at: 'timestamptz',
  customer_id: 'bigint',
  notes_dn_key: 'text',
  updated_at: 'timestamptz',
  removed_at: 'timestamptz',
};

/** What the table gives a new row where nothing is written; null where it is left out here. */
export const SUBSCRIBER_DEFAULTS: Readonly<Partial<Record<keyof WrittenSubscriberRow, unknown>>> = {
  roles: ['user'],
  company_contact: false,
  language: '',
  time_zone: '',
  department: '',
  job_title: '',
  country: '',
  telephone: '',
  mobile: '',
  fax: '',
  address: '',
  company: '',
  initials: '',
  area_code: '',
  invitation_state: 'none',
  invitation_suppressed: false,
  password_state: 'none',
  identity_verified: false,
  can_sign: true,
  ready_from_start: false,
};

export const SEAT_TYPES: Readonly<Record<keyof SeatRow, string>> = {
  subscription_id: 'bigint',
  state: 'text',
  extra_files_gb: 'integer',
  extra_mail_gb: 'integer',
  assigned_at: 'timestamptz',
  last_change_file: 'text',
  last_change_line: 'integer',
  subscriber_id: 'bigint',
  customer_id: 'bigint',
};

export const SEAT_COLUMNS = Object.keys(SEAT_TYPES) as (keyof SeatRow)[];

export function subscriberFrom(row: SubscriberRow, seats: Seat[], technician: Technician | null): Subscriber {
  return { ...SUBSCRIBER.from(row), seats, technician };
}

export function subscriberRow(customer: number, subscriber: Subscriber, now: Date): WrittenSubscriberRow {
  const notesDnKey = subscriber.notes ? foldNotesDn(subscriber.notes.dn) : null;
  return WRITTEN.to({
    subscriber,
    bookkeeping: { customer, notesDnKey, updatedAt: now, removedAt: null },
  });
}

export function seatFrom(row: RowOf<typeof SEAT>): Seat {
  return SEAT.from(row);
}

export function seatRow(customer: number, subscriber: number, seat: Seat): SeatRow {
  return HELD_SEAT.to({ seat, holder: subscriber, customer });
}
