/**
 * The part of an organisation that a change file works on, in memory. Loaded in one round trip, changed by the
 * operations one after the other, saved in one transaction (src/apply). Entry n+1 sees what entry n did.
 */
import type { Change } from '../changes/change-rows.ts';
import type { BundlePart, License, MailType, Pool, SubscriptionKind } from './subscription.ts';

export type SubscriberState = 'pending' | 'active' | 'suspended' | 'remove_pending' | 'removed';
export type FederationType = 'NON_FEDERATED' | 'FEDERATED' | 'MODIFIED_FEDERATED';
export type OrganisationFederation = 'non_federated' | 'federated' | 'modified_federated' | 'partial';
export type Role = 'user' | 'application_developer' | 'administrator_assistant' | 'administrator';

export interface Organisation {
  id: number;
  name: string;
  state: 'active' | 'held';
  contactLanguage: string;
  /** Off: nobody is sent an invitation, and FORCE_ACTIVATION is possible (rules 5 and 10). */
  emailVerification: boolean;
  /** Accounts count as having accepted the terms of use from the moment they are added (rules 5). */
  acceptTerms: boolean;
  federation: OrganisationFederation;
  notes: 'none' | 'service_only' | 'hybrid';
  inotes: boolean;
  accessories: boolean;
  ownedDomains: ReadonlySet<string>;
  mailDomains: ReadonlySet<string>;
  subscriptions: Map<number, Subscription>;
  templates: Map<string, NotesTemplate>;
  formsFiles: ReadonlySet<string>;
  onPremises: readonly OnPremisesEntry[];
  /** By id: name. */
  technicianGroups: ReadonlyMap<number, string>;
  /** Those that the file's entries name, by address. A removed one is not here. */
  subscribers: Map<string, Subscriber>;
  /** Addresses that belong to another customer: 1035 for Add and Rename, 1013 for assignTo. */
  takenElsewhere: ReadonlySet<string>;
  /** Folded Notes DN → subscriber id, of those DNs that the file's entries could ask for. */
  notesDns: Map<string, number>;
  /** Folded single sign-on id → subscriber id, of those ids that the file's entries name. */
  ssoIds: Map<string, number>;
  /** Of the whole customer, not only of the loaded ones. */
  companyContacts: number;
  administrators: number;
  /** Extra storage given out, in gigabytes, of the whole customer. */
  storageTaken: Record<Pool, number>;
  /** What must follow from the changes, in order; becomes rows of the outbox. */
  followUps: FollowUp[];
  /** Subscribers of whom an invitation is among these. */
  invited: Set<number>;
  /** Subscriber id → what the alternate address is told of; one mail per change file. */
  notices: Map<number, Notice>;
  /** What each entry has changed, in order. */
  changes: Change[];
  /** Subscribers that were changed since they were loaded. */
  changed: Set<Subscriber>;
  /** What was there when it was loaded: only what has become of it since is written. */
  stored: Stored;
}

export interface Stored {
  /** By id. */
  people: ReadonlyMap<number, StoredPerson>;
  /** By subscription: how many seats were taken. */
  seatsTaken: ReadonlyMap<number, number>;
}

/** Rows, as `rows.ts` makes them. */
export interface StoredPerson {
  row: Readonly<Record<string, unknown>>;
  /** By subscription. */
  seats: ReadonlyMap<number, Readonly<Record<string, unknown>>>;
  technician: Readonly<Record<string, unknown>> | null;
}

export interface Subscription {
  id: number;
  kind: SubscriptionKind;
  seats: number;
  seatsTaken: number;
  active: boolean;
  mail: MailType | null;
  parts: readonly BundlePart[];
  accessory: string | null;
  /** Of what kind its seats are licences. */
  license: License | null;
  needs: readonly string[];
  pool: Pool | null;
  gigabytes: number;
  compatibleWith: ReadonlySet<number>;
}

export interface NotesTemplate {
  name: string;
  versions: readonly string[];
  locales: readonly string[];
}

export interface OnPremisesEntry {
  dn: string;
  email: string;
}

/**
 * `assigned`: taken, but its holder has not followed the link of the invitation yet. `entitle_pending`: the account
 * system has not finished it, and nobody else sets it (rules A9).
 */
export type SeatState = 'active' | 'assigned' | 'entitle_pending';

export interface Seat {
  subscription: number;
  state: SeatState;
  extraStorage: Record<Pool, number>;
  assignedAt: Date;
  lastChange: { file: string; line: number } | null;
}

export interface Subscriber {
  id: number;
  email: string;
  alternateEmail: string | null;
  givenName: string;
  familyName: string;
  roles: Role[];
  companyContact: boolean;
  state: SubscriberState;
  stateBeforeSuspend: 'pending' | 'active' | null;
  /** The source whose full list has suspended the account; null: somebody else has, or nobody. */
  suspendedBy: string | null;
  federationType: FederationType;
  profile: Profile;
  invitation: Invitation;
  password: { state: 'none' | 'temporary' | 'set' | 'expired'; hash: string | null; changedAt: Date | null };
  /** Off: may not sign agreements. */
  canSign: boolean;
  identityVerified: boolean;
  standing: Standing;
  termsAcceptedAt: Date | null;
  notes: NotesMail | null;
  /** Address of an iNotes mailbox that a Rename has left behind; null: that of the account (6.9). */
  mailbox: string | null;
  seats: Seat[];
  technician: Technician | null;
  managedBy: ManagedBy | null;
  origin: string;
  createdAt: Date;
  lastChange: { file: string; line: number; at: Date } | null;
}

/** A record beside the account. Who is disabled keeps account, mail and other seats. */
export interface Technician {
  status: 'enabled' | 'disabled';
  /** Id of a technician group. */
  group: number;
  /** The one that a full list has put them into; null: none has. In another group somebody has moved them by hand. */
  homeGroup: number | null;
  name: string;
  /** '': as the name. */
  nickname: string;
  ssoId: string | null;
  description: string;
}

/** The source whose full lists say whether the person is still there. */
export interface ManagedBy {
  source: string;
  /** In the source's directory; null where its lists have no ids. */
  objectId: string | null;
}

/** What the status follows from besides state and verified identity (status.ts). */
export interface Standing {
  /** Counts as active without a sign-in. */
  readyFromStart: boolean;
  firstSignInAt: Date | null;
  /** Taken over from another organisation, and the decision about the old account is open since then. */
  claimSince: Date | null;
  /** Since when the claim was open that has been decided: it is not opened again. */
  claimDecided: Date | null;
}

/** Fields that files carry over as they are. '' means nothing stored. */
export interface Profile {
  language: string;
  timeZone: string;
  department: string;
  jobTitle: string;
  country: string;
  telephone: string;
  mobile: string;
  fax: string;
  address: string;
  company: string;
  initials: string;
  areaCode: string;
}

export interface Invitation {
  state: 'none' | 'pending' | 'expired' | 'used';
  sentTo: string | null;
  sentAt: Date | null;
  expiresAt: Date | null;
  suppressed: boolean;
}

export interface NotesMail {
  dn: string;
  template: string | null;
  version: string | null;
  locale: string | null;
  forms: string | null;
}

/**
 * Work for others that follows from a committed change (rules A3, 6.5 and 6.8):
 * an invitation to mail, content that moves or is deleted, a removal to finish.
 */
export interface FollowUp {
  topic: 'invitation' | 'content' | 'removal';
  subscriber: number;
  /** The entry it comes from. */
  entry: number;
  payload: Record<string, unknown>;
}

/** What one change file has done to an account, for the mail to its alternate address (rules 5). No values. */
export interface Notice {
  to: string;
  /** Of the account, as it is now. */
  email: string;
  /** The first entry that changed it. */
  entry: number;
  /** Operation → names of the fields that it changed. */
  changes: Map<string, Set<string>>;
}

/** A subscriber's seat of a subscription, or undefined. */
export function seatOf(subscriber: Subscriber, subscription: number): Seat | undefined {
  return subscriber.seats.find((seat) => seat.subscription === subscription);
}

/** The subscriptions a subscriber holds seats of. */
export function heldSubscriptions(organisation: Organisation, subscriber: Subscriber): Subscription[] {
  return subscriber.seats.flatMap((seat) => organisation.subscriptions.get(seat.subscription) ?? []);
}

/** The federation types that users of the organisation may have, its default first (rules 10). */
export function allowedFederationTypes(federation: OrganisationFederation): FederationType[] {
  switch (federation) {
    case 'non_federated':
      return ['NON_FEDERATED'];
    case 'federated':
      return ['FEDERATED'];
    case 'modified_federated':
      return ['MODIFIED_FEDERATED'];
    case 'partial':
      return ['NON_FEDERATED', 'FEDERATED', 'MODIFIED_FEDERATED'];
  }
}
