/** The accounts as the model holds them in memory. */
import type { DeclaredCustomer, DeclaredSubscription } from '../../src/accounts/setup/organisation-file.ts';

export const PROFILE_FIELDS = [
  'language',
  'timeZone',
  'department',
  'jobTitle',
  'country',
  'telephone',
  'mobile',
  'fax',
  'address',
] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

export interface ModelSeat {
  state: 'active' | 'assigned' | 'entitle_pending';
  /** Extra storage in gigabytes. */
  files: number;
  mail: number;
}

export interface ModelSubscriber {
  email: string;
  givenName: string;
  familyName: string;
  roles: readonly string[];
  companyContact: boolean;
  state: 'pending' | 'active' | 'suspended' | 'remove_pending';
  beforeSuspend: 'pending' | 'active' | null;
  federationType: string;
  profile: Record<ProfileField, string>;
  invitation: 'none' | 'pending';
  /** Can sign in with a one-time password: needs no invitation. */
  hasPassword: boolean;
  /** Where account notices, and an iNotes user's invitation, go. */
  alternative: string | null;
  /** Where the invitation was last sent. */
  invitedAt: string | null;
  /** Proven to be who the address says. */
  verified: boolean;
  termsAccepted: boolean;
  /** The address that an iNotes mailbox has kept at a Rename; null: that of the account. */
  mailbox: string | null;
  seats: Map<number, ModelSeat>;
  notes: NotesMail | null;
}

export interface NotesMail {
  dn: string;
  template: string | null;
  version: string | null;
  locale: string | null;
  forms: string | null;
}

export interface Model {
  customer: DeclaredCustomer;
  subscriptions: ReadonlyMap<number, DeclaredSubscription>;
  /** In the order of creation. Removed ones stay, waiting to be removed. */
  subscribers: ModelSubscriber[];
  /** Addresses of other customers. */
  elsewhere: ReadonlySet<string>;
  /** Entries so far. */
  entries: number;
  /** What alternate addresses are told of which entry, counted from 0. */
  notices: { entry: number; user: ModelSubscriber; to: string; email: string; operation: string }[];
}
