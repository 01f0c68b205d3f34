import { foldEmailAddress } from '../../accounts/subscribers/email-address.ts';
import type { TemplateProblem } from '../../accounts/subscribers/notes-template.ts';
import {
  heldSubscriptions,
  type NotesMail,
  type Organisation,
  type Subscriber,
  type Subscription,
} from '../../accounts/subscribers/organisation.ts';
import { isBlankText } from '../../blank-text.ts';
import type { ProvisioningRecord } from '../../change-file/entry.ts';
import type { ResultCode } from '../../change-file/result-code.ts';
import type { PRV_FIELDS } from '../../tables/prv-fields.ts';

export type FieldName = (typeof PRV_FIELDS)[number]['name'];

/** Values that a decision needs and cannot make itself: it has no clock, no random source, no database. */
export interface DecisionInputs {
  now: Date;
  /** Name of the change file, for "last change". */
  file: string;
  /** What the new account's origin says, e.g. `provisioning:HR`. */
  origin: string;
  /** An id that no subscriber has. */
  nextSubscriberId: () => number;
  /** Entry number → argon2id hash of its one-time password, made before the transaction. Ask only for what is used. */
  passwordHashes: { get(entry: number): string | undefined };
  /** The file was approved without removals: whoever it would remove or suspend stays. */
  keepsPeople?: boolean;
}

/** All that a check or an operation looks at: the organisation as it is now, and one entry. */
export interface DecisionContext {
  organisation: Organisation;
  record: ProvisioningRecord;
  entry: number;
  line: number;
  inputs: DecisionInputs;
  /** What many checks of the entry ask for: each is worked out once. */
  worked: Worked;
}

type SubscriptionField = 'subscriptionId' | 'subscriptionId2';

interface Worked {
  email?: string;
  subscriptions?: { [Field in SubscriptionField]?: Subscription | null };
  /** Of an Add: all of them. */
  named?: readonly Subscription[];
}

/** What a failed check says: which column, which value, and which of several causes. */
export interface Complaint {
  field: FieldName;
  value?: string;
  reason?: string;
  limit?: number;
  other?: string;
  /** Values that the sentence lists: allowed ones, or those that are there. */
  list?: readonly string[];
}

/** One row of code-selection.csv: where it stands in the order, the code it gives, and when. */
export interface Check {
  order: number;
  code: ResultCode;
  /** Several complaints are several fields with the same fault. */
  fails: (context: DecisionContext) => Complaint | Complaint[] | false | undefined;
  /**
   * It looks at the entry's values and the organisation's settings only, whatever else is wrong: where the entry is
   * refused, the message names this fault too.
   */
  ofValues?: true;
}

export function check(order: number, code: ResultCode, fails: Check['fails']): Check {
  return { order, code, fails };
}

/** A check that can always be asked, also where an earlier one has failed. */
export function valueCheck(order: number, code: ResultCode, fails: Check['fails']): Check {
  return { order, code, fails, ofValues: true };
}

/** Their blanks are a fault with a code of its own (1072, 1095). */
const JUDGED_AS_GIVEN: ReadonlySet<FieldName> = new Set(['password', 'activation']);

/**
 * The value of a column; undefined where not given, '' for a zero-length string. A value of which nobody can see
 * anything (blanks, format characters) only looks given.
 */
export function valueIn(record: ProvisioningRecord, field: FieldName): string | undefined {
  const value = record.get(field);
  return value !== undefined && value !== '' && !JUDGED_AS_GIVEN.has(field) && isBlankText(value)
    ? undefined
    : value;
}

/** The value of a column; '' where it is empty, zero-length or missing (rule 4.6: alike outside Update). */
export function textOf({ record }: DecisionContext, field: FieldName): string {
  return valueIn(record, field) ?? '';
}

/** undefined where not given, '' for a zero-length string: the difference that Update and activation make. */
export function givenValue({ record }: DecisionContext, field: FieldName): string | undefined {
  return valueIn(record, field);
}

/** As it stands in the file, to be shown. */
export function writtenValue({ record }: DecisionContext, field: FieldName): string {
  return record.get(field) ?? '';
}

/** The sign-in address the row is about, folded. */
export function emailOf(context: DecisionContext): string {
  return (context.worked.email ??= foldEmailAddress(textOf(context, 'emailAddress')));
}

/** The subscriber of the row; one that waits to be removed is no longer found. */
export function subscriberOf(context: DecisionContext): Subscriber | undefined {
  return subscriberAt(context.organisation, emailOf(context));
}

export function subscriberAt(organisation: Organisation, email: string): Subscriber | undefined {
  const subscriber = organisation.subscribers.get(email);
  return subscriber?.state === 'remove_pending' ? undefined : subscriber;
}

/** The subscriber of a row that has passed the check that there is one. */
export function knownSubscriber(context: DecisionContext): Subscriber {
  const subscriber = subscriberOf(context);
  if (!subscriber) throw new Error('an operation ran before its check for the subscriber');
  return subscriber;
}

/**
 * The subscription that a column names by its number, if the company has it. A licence of technicians is none that a row
 * could name.
 */
export function namedSubscription(
  context: DecisionContext,
  field: SubscriptionField,
): Subscription | undefined {
  const known = (context.worked.subscriptions ??= {});
  if (known[field] === undefined) known[field] = subscriptionNamed(context, field) ?? null;
  return known[field] ?? undefined;
}

function subscriptionNamed(context: DecisionContext, field: SubscriptionField): Subscription | undefined {
  const text = textOf(context, field);
  if (!/^\d{1,15}$/.test(text)) return undefined;
  const subscription = context.organisation.subscriptions.get(Number(text));
  return subscription?.kind === 'license' ? undefined : subscription;
}

/** Marks a subscriber as changed by this entry. */
export function touch({ organisation, inputs, line }: DecisionContext, subscriber: Subscriber): void {
  subscriber.lastChange = { file: inputs.file, line, at: inputs.now };
  organisation.changed.add(subscriber);
}

/** Notes mail of a new user without a template of his own. */
export function plainNotesMail(dn: string): NotesMail {
  return { dn, template: null, version: null, locale: null, forms: null };
}

/** `1011`: every operation on an existing user begins with it. */
export const userNotFound = check(10, 1011, (context) =>
  subscriberOf(context) ? false : { field: 'emailAddress', value: emailOf(context) },
);

/** `1079`: the operation needs a subscription. */
export const subscriptionNotNamed = (order: number) =>
  check(order, 1079, (context) => textOf(context, 'subscriptionId') === '' && { field: 'subscriptionId' });

/** What suppressInvitation says: true sends nothing; null: there is no such value (1058). */
export function suppressionOf(context: DecisionContext): boolean | null {
  switch (textOf(context, 'suppressInvitation').toUpperCase()) {
    case 'SUPPRESS_ALL':
      return true;
    case 'SUPPRESS_NONE':
    case '':
      return false;
    default:
      return null;
  }
}

/** Keywords by which RevokeSeat names base seats (6.8); an accessory has its own name. */
export const BASE_KEYWORDS: Record<string, Subscription['kind']> = {
  COLLAB: 'collaboration',
  MAIL: 'mail',
  BUNDLE: 'bundle',
};

/** The seats that the row's subscriber holds, as a report names them: `MAIL (86796)`. */
export function seatList(context: DecisionContext): string[] {
  return heldSubscriptions(context.organisation, knownSubscriber(context)).map(({ id, kind, accessory }) => {
    const keyword = Object.keys(BASE_KEYWORDS).find((word) => BASE_KEYWORDS[word] === kind);
    return `${keyword ?? accessory ?? kind} (${id})`;
  });
}

export function templateComplaint({ problem, value, template, known }: TemplateProblem): Complaint {
  return { field: 'notesTemplate', value, reason: `template-${problem}`, other: template, list: known };
}
