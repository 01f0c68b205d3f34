import type { Refusal, ResultCode } from '../../change-file/result-code.ts';
import { escapeHidden } from '../../shown-text.ts';
import { TEMPLATE_SENTENCES } from './template.ts';
import { DIRECTORY_SENTENCES, DIRECTORY_VALUE_SENTENCES } from './directory.ts';
import { byReason, causesOf, nearest, say, seats, value, type Sentence } from '../sentence.ts';

const header = 'Correct the first line of the file.';

const NAME_FORM =
  'It must be customerId_sourceId_PRV_number.csv, or customerId_sourceId_DI_number.ldif; sourceId may be left out with its underscore. Rename the file and upload it again.';

/** What is wrong in a name (name-fault.ts), in front of the form that it must have. */
const NAME_FAULTS: Record<string, (r: Refusal) => string> = {
  separators: (r) => `In ${value(r)} the parts are separated by "${r.other}" instead of underscores. `,
  extension: (r) =>
    r.other ? `${value(r)} ends in "${shown(r.other)}". ` : `${value(r)} has no extension. `,
  'wrong-extension': (r) => `In ${value(r)} the extension "${shown(r.other)}" does not fit the type. `,
  customer: (r) => `In ${value(r)} the customer ID "${shown(r.other)}" is not a number. `,
  type: (r) => `In ${value(r)} "${shown(r.other)}" is not a type of change file. `,
  number: (r) => `In ${value(r)} the number "${shown(r.other)}" is not a number. `,
  'number-too-large': (r) =>
    `In ${value(r)} the number ${shown(r.other)} is larger than 9223372036854775807. `,
  parts: (r) => `${value(r)} lacks parts of the name. `,
};

const shown = (text = '') => escapeHidden(text);

/** The numbers that a sequence number is about; results of before have none. */
function numbersText({ field, value: number, other: last }: Refusal): string {
  if (last === undefined) return '';
  const whose = field ? `source "${escapeHidden(field)}"` : 'this customer';
  return ` This file of ${whose} has ${number}, and the last one processed was ${last}. Rename the file to a number above ${last} and upload it again.`;
}

/**
 * The sentence of each result code: which field, which value, which rule, what to do. A refusal carries codes and
 * values only; the sentence is made here, where it is shown. Two sentences are documented word for word (1018, 1035).
 */
const SENTENCES: Partial<Record<ResultCode, Sentence>> = {
  1: byReason(
    Object.fromEntries(
      Object.entries(NAME_FAULTS).map(([reason, text]) => [
        reason,
        (r: Refusal) => `The file name format is not valid. ${text(r)}${NAME_FORM}`,
      ]),
    ),
    'The file name format is not valid.',
  ),
  2: (r) =>
    `The change file type ${r.value} is switched off. Contact customer service to have it switched on.`,
  3: (r) =>
    `The customer ID ${r.value} in the file name is not the ID of this customer, ${r.other}. Rename the file.`,
  4: (r) => `The sequence number is not greater than the last one processed.${numbersText(r)}`,
  5: (r) =>
    `More than ${r.limit} entries could not be read; the entries from here on are not processed. Correct the file and upload it with a higher sequence number.`,
  6: (r) =>
    `More than ${r.limit} entries could not be carried out; the entries from here on are not processed. Correct the file and upload it with a higher sequence number.`,
  ...DIRECTORY_SENTENCES,
  9: byReason(
    {
      ...DIRECTORY_VALUE_SENTENCES,
      missing: (r) => `${r.field} is empty. This operation needs it.`,
      'too-long': (r) => `${r.field} is longer than ${r.limit} characters: ${value(r)}. Shorten it.`,
      'not-listed': (r) => `${r.field} ${value(r)} is not one of the allowed values. ${nearest(r, 'en_US')}`,
    },
    (r) => `${r.field} ${value(r)} is not valid.`,
  ),
  1000: byReason(
    {
      'header-missing':
        'The file has no header line. The first line must name the columns, among them emailAddress and action.',
      'header-unreadable': `The header line is not valid UTF-8 CSV. ${header}`,
      'header-unknown': (r) =>
        `The header line names the unknown column ${value(r)}. ${header} The columns are ${r.other}.`,
      separator: (r) =>
        `The columns are separated by ${r.value}. Separate them with commas, and save the file as CSV with commas.`,
      'separator-line': (r) =>
        `The first line ${value(r)} is not a header. Remove it: the first line must name the columns.${
          r.other ? ` It says that the columns are separated by ${r.other}; separate them with commas.` : ''
        }`,
      'header-repeated': (r) => `The header line names the column ${r.value} twice. ${header}`,
      'header-incomplete': (r) => `The header line lacks the column ${r.value}. ${header}`,
      'quote-not-closed':
        'A quoted value does not end, or a quote stands inside a value that is not quoted. Write a quote inside a quoted value twice.',
      quoting:
        'Unexpected quote character. Put the whole value in quotes, and write a quote inside it twice.',
      surplus:
        'The row has more values than the header has columns. Put a value that contains a comma in quotes.',
      'one-value':
        'The line has one value only. An entry has at least emailAddress and action, with a comma between.',
      encoding: 'The entry is not valid UTF-8. Save the file as UTF-8.',
      nul: 'The entry contains a NUL character. Remove it.',
      'too-long': (r) => `The entry is longer than ${r.limit} bytes. Check its quotes and line ends.`,
    },
    'The entry is not valid CSV.',
  ),
  1001: 'The customer is held: no provisioning operation is allowed. Contact customer service, then upload the file with a higher sequence number.',
  1002: (r) =>
    `${r.value} is the only company contact and cannot be removed. Name another company contact first.`,
  1003: byReason(
    {
      'no-base': (r) =>
        `subscriptionId ${value(r)} is an accessory and needs a compatible base subscription in the same entry. Add its ID in the other column.`,
    },
    (r) =>
      `${r.field} ${value(r)} is not a subscription of this company that can be used here. Check the ID.`,
  ),
  1006: byReason(
    {
      'not-owned': (r) =>
        `The user is FEDERATED, and the domain ${value(r)} of ${r.field} is not owned by this company. Use an address in one of: ${r.other || '(it owns none)'}.`,
    },
    (r) =>
      `The mail domain ${value(r)} is not registered for this company. Use an address in one of: ${r.other || '(none is registered)'}.`,
  ),
  1007: (r) => `The subscription in ${r.field} ${value(r)} has no free seat. Buy seats or revoke one first.`,
  1008: byReason(
    {
      'already-suspended': (r) => `The subscriber ${r.value} is suspended already.`,
      'not-suspended': (r) =>
        `The subscriber ${r.value} is not suspended but ${r.other}; only a suspended subscriber can be resumed.`,
      'last-administrator': (r) =>
        `${r.value} is the last administrator of the company. Make somebody else an administrator first.`,
      'nothing-to-activate': (r) =>
        `The subscriber ${r.value} is active and has no seat that waits to be activated: there is nothing to invite to.`,
      suspended: (r) => `The subscriber ${r.value} is suspended. Resume the account first.`,
      'password-only': (r) =>
        `The account ${r.value} was created with a one-time password only and has no invitation. Give the user that password, or have it reset.`,
      federated: (r) =>
        `The subscriber ${r.value} is federated, signs in through the company and gets no invitation.`,
    },
    (r) =>
      `The operation could not be carried out for ${r.value ?? 'this subscriber'}. Send the entry again; if it fails again, contact customer service.`,
  ),
  1011: (r) =>
    `This company has no subscriber with the address ${value(r)}. Check emailAddress, or add the subscriber first.`,
  1013: (r) => `assignTo ${value(r)} belongs to another company; content cannot leave the company.`,
  1014: byReason(
    {
      self: (r) =>
        `assignTo ${value(r)} is the very subscriber of the entry. Name another subscriber of the company.`,
    },
    (r) => `assignTo ${value(r)} is no subscriber of this company. Check the address.`,
  ),
  1015: (r) =>
    `action ${value(r)} is not an operation. Use Add, Update, Suspend, Resume, Remove, AssignSeat, ChangeSeat, RevokeSeat, Rename, ResendInvitation or ChangeStorage.`,
  1004: (r) =>
    `The user has the mail subscription ${r.other} already and can have one only. Use ChangeSeat, or revoke it first.`,
  1005: (r) =>
    `The user has the collaboration subscription ${r.other} already and can have one only. Use ChangeSeat, or revoke it first.`,
  1017: (r) =>
    `subscriptionId ${value(r)} names no seat. Use COLLAB, MAIL, BUNDLE, BLACKBERRY_HOSTED, BLACKBERRY_HOSTED_MDS, TRAVELER, BES_ACCESS, IBM_DOCS or RETENTION.`,
  1018: byReason(
    {
      storage: (r) =>
        `The user does not hold the subscription ${r.value}. ${r.other ?? 'The user'} holds ${seats(r)}. Give the ID of one of these, or assign the seat first.`,
    },
    (r) =>
      r.list
        ? `ERROR: Cannot revoke, user does not hold subscription. ${r.value}: ${r.other} holds ${seats(r)}. Name a seat that is held.`
        : 'ERROR: Cannot revoke, user does not hold subscription.',
  ),
  1020: byReason(
    {
      'no-seat': (r) =>
        `${r.value} holds no collaboration, mail or bundle seat that could be changed. Use AssignSeat to give one.`,
      'no-base': (r) =>
        `subscriptionId ${value(r)} is an accessory and the user holds no seat that carries it. Assign such a seat first.`,
    },
    (r) =>
      `${r.other ?? 'The user'} holds ${seats(r)}, and not every seat that would be given up can be changed to ${value(r)}. Name a compatible subscription: mail stays mail of the same type, and what else fits is declared by customer service.`,
  ),
  1021: (r) =>
    `subscriptionId ${value(r)} is not an active collaboration, mail or bundle subscription of this company. Check the ID.`,
  1022: (r) => `The subscription ${value(r)} has no free seat. Buy seats or revoke one first.`,
  1019: (r) =>
    `assignTo ${value(r)} cannot be used: mail content cannot be given to another subscriber. Leave assignTo empty.`,
  1023: (r) => `timeZone ${value(r)} is not one of the allowed values. ${nearest(r, 'America/New_York')}`,
  1024: (r) =>
    `subscriptionId2 ${value(r)} cannot be used here. Give the ID of a second subscription of this company; ChangeSeat also takes DELETECOLLAB or DELETEMAIL, or the bundle itself, for a user who leaves a bundle.`,
  1025: (r) =>
    `The subscriptions ${r.other} and ${r.value} are both mail subscriptions; a subscriber can have one. Leave one column empty.`,
  1026: (r) =>
    `The subscriptions ${r.other} and ${r.value} are both collaboration subscriptions; a subscriber can have one. Leave one column empty.`,
  1027: 'password is given, but the entry has no mail subscription; a one-time password is only for mail. Leave it empty.',
  1028: (r) =>
    `altEmailAddress ${value(r)} is given, but the entry has no iNotes mail subscription. Leave it empty; for Notes mail give a password.`,
  1029: (r) => `altEmailAddress ${value(r)} is not a valid e-mail address.`,
  1030: byReason(
    {
      assign:
        'The entry assigns a mail subscription but altEmailAddress is empty. Give an address for account notices.',
      notes: 'The entry has a Notes mail subscription but no password. Give a one-time password.',
    },
    'The entry has a mail subscription but neither password nor altEmailAddress. Give one of them.',
  ),
  1031: (r) => `emailAddress ${value(r)} is not a valid e-mail address.`,
  1034: byReason(
    {
      taken: (r) => `The Notes name ${value(r)} exists already. Give another name in notesDN.`,
      unknown: (r) =>
        `The Notes name ${value(r)} is not in the company's directory. Synchronise the directory first, or give the right name in notesDN.`,
      'other-address': (r) =>
        `The directory entry of the Notes name ${value(r)} has another e-mail address. Correct the address on one side.`,
      ambiguous: (r) =>
        `More than one directory entry fits the Notes name ${value(r)}. Give the full name in notesDN.`,
    },
    (r) => `notesDN ${value(r)} is not valid.`,
  ),
  1035: byReason(
    {
      rename: (r) =>
        `altEmailAddress already exists. ${value(r)} is the address of another account. Choose another address, or rename or remove that account first.`,
      add: (r) =>
        `emailAddress already exists. ${value(r)} is the address of an account. Use Update or AssignSeat to change it, or choose another address.`,
      own: (r) =>
        `altEmailAddress already exists. ${value(r)} is the account's own address. Give the new one in altEmailAddress.`,
    },
    'emailAddress already exists.',
  ),
  1037: (r) =>
    `The subscription in ${r.field} ${value(r)} belongs to a third party and cannot be handled by change files.`,
  1040: byReason(
    {
      role: 'The seat could not be assigned: only an account with the role User may hold subscriptions. Give the account that role first.',
    },
    (r) =>
      `The seat could not be assigned for ${r.value ?? 'this subscriber'}: the account store refused it. Send the entry again; if it fails again, contact customer service.`,
  ),
  1041: byReason(
    {
      missing:
        'Neither collabExtraStorage nor mailExtraStorage is given. Give at least one, in whole gigabytes.',
    },
    (r) => `${r.field} ${value(r)} is not a whole number of gigabytes. Use 0 or more.`,
  ),
  1042: (r) =>
    `${r.field} cannot be used with this subscription: Files storage needs collaboration, Mail storage needs mail.`,
  1044: (r) => `The company owns no extra storage for ${r.field}. Buy some first.`,
  1045: (r) =>
    `${r.field} ${value(r)} is more than the ${r.limit} GB that are left for this user. Ask for less, or buy more.`,
  1048: byReason(
    {
      'no-seat': (r) =>
        `The address of ${r.value} cannot be changed: the user holds neither a collaboration nor a mail seat nor a bundle. Assign a seat first.`,
      'not-written': (r) =>
        `The address could not be changed for ${r.value ?? 'this subscriber'}: the account store refused it. Send the entry again; if it fails again, contact customer service.`,
    },
    (r) =>
      `The address ${value(r)} is not the synchronised Notes address of this hybrid user. Change it on premises, synchronise, then rename.`,
  ),
  1043: byReason(
    {
      'no-collaboration': (r) =>
        `assignTo ${value(r)} has no collaboration subscription that could take the content over. Name a subscriber who has one.`,
    },
    (r) => `The user has no content that could go to assignTo ${value(r)}. Leave assignTo empty.`,
  ),
  1049: (r) => `country ${value(r)} is not two characters long. ${nearest(r, 'US')}`,
  1050: (r) => `country ${value(r)} is not in the list of country codes. ${nearest(r, 'US')}`,
  1051: (r) => `jobTitle is longer than ${r.limit} characters: ${value(r)}. Shorten it.`,
  1052: (r) => `familyName is longer than ${r.limit} characters: ${value(r)}. Shorten it.`,
  1053: (r) => `givenName is longer than ${r.limit} characters: ${value(r)}. Shorten it.`,
  1054: (r) =>
    `A subscriber with the address ${value(r)} is still waiting to be removed. Send the entry again once the removal is done.`,
  1055: byReason(
    {
      'not-on-update': (r) =>
        `Validation of a Notes attribute failed: notesDN ${value(r)} must be empty on Update. Leave it empty.`,
      'no-notes-mail': (r) =>
        `Validation of a Notes attribute failed: notesTemplate ${value(r)} is given, but the user has no Notes mail.`,
      ...TEMPLATE_SENTENCES,
    },
    (r) => `Validation of a Notes attribute failed: ${r.field} ${value(r)} is not valid.`,
  ),
  1056: (r) => `federationType ${value(r)} is not allowed in this organisation. Allowed: ${r.other}.`,
  1057: (r) => `federationType ${value(r)} is unknown. Use NON_FEDERATED, FEDERATED or MODIFIED_FEDERATED.`,
  1058: (r) =>
    `suppressInvitation ${value(r)} is not valid. Use SUPPRESS_ALL or SUPPRESS_NONE, or leave it empty.`,
  1060: 'iNotes mail is not enabled for this company.',
  1061: (r) =>
    `The seat of ${r.value} in subscription ${r.other} is still being set up (ENTITLE_PENDING). Send the invitation again later.`,
  1063: (r) => `The subscription in ${r.field} ${value(r)} is not active.`,
  1064: (r) =>
    `${r.field} ${value(r)} is only for a user who leaves a bundle, and this user holds none. Leave it empty.`,
  1065: (r) =>
    `The seat could not be revoked for ${r.value ?? 'this subscriber'}: the account store refused it. Send the entry again; if it fails again, contact customer service.`,
  1066: byReason(
    {
      taken: (r) =>
        `The seat was not changed: the Notes name ${value(r)} exists already. Give another name in notesDN.`,
      unknown: (r) =>
        `The seat was not changed: the Notes name ${value(r)} is not in the company's directory.`,
    },
    (r) =>
      `The seat was not changed. Send the entry again; if it fails again, contact customer service.${r.value ? ` (${r.value})` : ''}`,
  ),
  1072: byReason(
    {
      length: 'password has fewer than 8 characters.',
      maximum: 'password has more than 64 characters.',
      'non-alphabetic': 'password needs at least one character that is no letter.',
      alphabetic: 'password needs at least four letters.',
      blank: 'password contains a blank.',
      repeats: 'password contains the same character three times in a row.',
      name: "password contains the user's name or e-mail address.",
    },
    'password breaks the password policy.',
  ),
  1073: (r) =>
    `${r.other ?? 'The user'} holds a seat of the subscription ${value(r)} already, and can have one only. Leave the entry out, or give another subscriptionId.`,
  1079: 'subscriptionId is empty. This operation needs it.',
  1085: (r) =>
    `The extra storage could not be changed for ${r.value ?? 'this subscriber'}: the account store refused it. Send the entry again; if it fails again, contact customer service.`,
  1086: 'Notes mail is not enabled for this company.',
  1088: (r) =>
    `A bundle and a single subscription cannot be held together: ${r.other}, ${r.value}. Use one or the other.`,
  1089: (r) => `The extra storage that the company owns for ${r.field} does not fit this subscription.`,
  1090: (r) =>
    `The subscription in ${r.field} ${value(r)} is an accessory, and accessories are not available to this company.`,
  1095: (r) => `activation ${value(r)} is not valid. Use FORCE_ACTIVATION, or leave it empty.`,
  1096: byReason(
    {
      'verification-on':
        'FORCE_ACTIVATION is not possible: e-mail verification is switched on for this organisation.',
    },
    (r) => `FORCE_ACTIVATION is not possible: the user is ${r.value}, not FEDERATED.`,
  ),
  1097: (r) =>
    `The forced activation failed for ${r.value ?? 'this subscriber'}: the account store refused it. Send the entry again; if it fails again, contact customer service.`,
};

/** All sentences of a code in provisioning files with stand-ins for the values, for the guide; empty where a file never gets the code. */
export function exampleMessages(code: ResultCode): string[] {
  const sentence = SENTENCES[code];
  const standIns: Refusal = {
    code,
    field: 'FIELD',
    value: 'VALUE',
    other: 'OTHER',
    limit: 0,
    list: ['LIST'],
  };
  if (sentence === undefined) return [];
  const directory = new Set(Object.values(DIRECTORY_VALUE_SENTENCES));
  const causes = causesOf(sentence).filter((cause) => !directory.has(cause));
  const texts = causes.map((cause) =>
    escapeHidden(say(cause, standIns)).replaceAll(/\b0\b(?= (?:char|entr|byte|GB))/g, 'N'),
  );
  return [...new Set(texts)];
}

/** One line of text, without control characters whatever the values hold. It names every fault of an entry. */
export function messageFor(refusal: Refusal): string {
  return [refusal, ...(refusal.also ?? [])].map(sentenceFor).join(' ');
}

function sentenceFor(refusal: Refusal): string {
  const sentence = SENTENCES[refusal.code] ?? `The entry failed with result code ${refusal.code}.`;
  return escapeHidden(say(sentence, refusal));
}
