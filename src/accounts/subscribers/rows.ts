import { foldNotesDn } from './notes-name.ts';
import type {
  FederationType,
  Invitation,
  NotesMail,
  Role,
  Seat,
  Subscriber,
  SubscriberState,
  Subscription,
} from './organisation.ts';
import type { BundlePart, MailType, Pool, SubscriptionKind } from './subscription.ts';

/** Rows of the account store as PostgreSQL gives them as JSON, and their way into and out of memory. */
export interface SubscriberRow {
  id: number;
  customer_id: number;
  email: string;
  alternate_email: string | null;
  given_name: string;
  family_name: string;
  roles: Role[];
  company_contact: boolean;
  state: SubscriberState;
  state_before_suspend: 'pending' | 'active' | null;
  federation_type: FederationType;
  language: string;
  time_zone: string;
  department: string;
  job_title: string;
  country: string;
  telephone: string;
  mobile: string;
  fax: string;
  address: string;
  invitation_state: Invitation['state'];
  invitation_sent_to: string | null;
  invitation_sent_at: string | null;
  invitation_expires_at: string | null;
  invitation_suppressed: boolean;
  password_state: Subscriber['password']['state'];
  password_hash: string | null;
  password_changed_at: string | null;
  identity_verified: boolean;
  terms_accepted_at: string | null;
  mailbox: string | null;
  notes_dn: string | null;
  notes_dn_key: string | null;
  notes_template: string | null;
  notes_version: string | null;
  notes_locale: string | null;
  notes_forms: string | null;
  origin: string;
  created_at: string;
  updated_at: string;
  removed_at: string | null;
  last_change_file: string | null;
  last_change_line: number | null;
  last_change_at: string | null;
}

export interface SeatRow {
  subscriber_id: number;
  customer_id: number;
  subscription_id: number;
  state: Seat['state'];
  extra_files_gb: number;
  extra_mail_gb: number;
  assigned_at: string;
  last_change_file: string | null;
  last_change_line: number | null;
}

export interface SubscriptionRow {
  id: number;
  kind: SubscriptionKind;
  seats: number;
  seats_taken: number;
  active: boolean;
  mail: MailType | null;
  parts: BundlePart[];
  accessory: string | null;
  needs: string[];
  pool: Pool | null;
  gigabytes: number;
}

export function subscriptionFrom(row: SubscriptionRow, compatibleWith: ReadonlySet<number>): Subscription {
  const { seats_taken: seatsTaken, ...rest } = row;
  return { ...rest, seatsTaken, compatibleWith };
}

export function subscriberFrom(row: SubscriberRow, seats: Seat[]): Subscriber {
  return {
    id: row.id,
    email: row.email,
    alternateEmail: row.alternate_email,
    givenName: row.given_name,
    familyName: row.family_name,
    roles: row.roles,
    companyContact: row.company_contact,
    state: row.state,
    stateBeforeSuspend: row.state_before_suspend,
    federationType: row.federation_type,
    profile: {
      language: row.language,
      timeZone: row.time_zone,
      department: row.department,
      jobTitle: row.job_title,
      country: row.country,
      telephone: row.telephone,
      mobile: row.mobile,
      fax: row.fax,
      address: row.address,
    },
    invitation: {
      state: row.invitation_state,
      sentTo: row.invitation_sent_to,
      sentAt: dateOf(row.invitation_sent_at),
      expiresAt: dateOf(row.invitation_expires_at),
      suppressed: row.invitation_suppressed,
    },
    password: {
      state: row.password_state,
      hash: row.password_hash,
      changedAt: dateOf(row.password_changed_at),
    },
    identityVerified: row.identity_verified,
    termsAcceptedAt: dateOf(row.terms_accepted_at),
    mailbox: row.mailbox,
    notes: notesMailFrom(row),
    seats,
    origin: row.origin,
    createdAt: new Date(row.created_at),
    lastChange:
      row.last_change_file === null || row.last_change_at === null
        ? null
        : { file: row.last_change_file, line: row.last_change_line ?? 0, at: new Date(row.last_change_at) },
  };
}

function notesMailFrom(row: SubscriberRow): NotesMail | null {
  if (row.notes_dn === null) return null;
  const { notes_dn: dn, notes_template: template, notes_version: version, notes_locale: locale } = row;
  return { dn, template, version, locale, forms: row.notes_forms };
}

export function subscriberRow(customer: number, subscriber: Subscriber, now: Date): SubscriberRow {
  const { invitation, password, notes, profile, lastChange } = subscriber;
  return {
    id: subscriber.id,
    customer_id: customer,
    email: subscriber.email,
    alternate_email: subscriber.alternateEmail,
    given_name: subscriber.givenName,
    family_name: subscriber.familyName,
    roles: subscriber.roles,
    company_contact: subscriber.companyContact,
    state: subscriber.state,
    state_before_suspend: subscriber.stateBeforeSuspend,
    federation_type: subscriber.federationType,
    language: profile.language,
    time_zone: profile.timeZone,
    department: profile.department,
    job_title: profile.jobTitle,
    country: profile.country,
    telephone: profile.telephone,
    mobile: profile.mobile,
    fax: profile.fax,
    address: profile.address,
    invitation_state: invitation.state,
    invitation_sent_to: invitation.sentTo,
    invitation_sent_at: isoOf(invitation.sentAt),
    invitation_expires_at: isoOf(invitation.expiresAt),
    invitation_suppressed: invitation.suppressed,
    password_state: password.state,
    password_hash: password.hash,
    password_changed_at: isoOf(password.changedAt),
    identity_verified: subscriber.identityVerified,
    terms_accepted_at: isoOf(subscriber.termsAcceptedAt),
    mailbox: subscriber.mailbox,
    notes_dn: notes?.dn ?? null,
    notes_dn_key: notes ? foldNotesDn(notes.dn) : null,
    notes_template: notes?.template ?? null,
    notes_version: notes?.version ?? null,
    notes_locale: notes?.locale ?? null,
    notes_forms: notes?.forms ?? null,
    origin: subscriber.origin,
    created_at: subscriber.createdAt.toISOString(),
    updated_at: now.toISOString(),
    removed_at: null,
    last_change_file: lastChange?.file ?? null,
    last_change_line: lastChange?.line ?? null,
    last_change_at: isoOf(lastChange?.at ?? null),
  };
}

export function seatFrom(row: SeatRow): Seat {
  return {
    subscription: row.subscription_id,
    state: row.state,
    extraStorage: { files: row.extra_files_gb, mail: row.extra_mail_gb },
    assignedAt: new Date(row.assigned_at),
    lastChange:
      row.last_change_file === null ? null : { file: row.last_change_file, line: row.last_change_line ?? 0 },
  };
}

export function seatRow(customer: number, subscriber: number, seat: Seat): SeatRow {
  return {
    subscriber_id: subscriber,
    customer_id: customer,
    subscription_id: seat.subscription,
    state: seat.state,
    extra_files_gb: seat.extraStorage.files,
    extra_mail_gb: seat.extraStorage.mail,
    assigned_at: seat.assignedAt.toISOString(),
    last_change_file: seat.lastChange?.file ?? null,
    last_change_line: seat.lastChange?.line ?? null,
  };
}

function dateOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

function isoOf(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
