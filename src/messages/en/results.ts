import type { Refusal, ResultCode } from '../../change-file/result-code.ts';
import { escapeHidden } from '../../shown-text.ts';
import { templateValues } from './template.ts';
import { directoryResults, directoryValues } from './directory.ts';
import { listResults } from './full-lists.ts';
import { heldResults } from './held.ts';
import { technicianReadings, techniciansResults } from './technicians.ts';
import { usersResults } from './users.ts';
import { byReason, nearest, seats, value, type Sentence } from '../sentence.ts';

const header = 'Correct the first line of the file.';
const retry = 'Send the entry again; if it fails again, contact customer service.';

const NAME_FORM =
  'Use customerId_sourceId_PRV_number.csv, customerId_sourceId_USERS_number.csv, customerId_sourceId_TECHNICIANS_number.csv (or .json), customerId_sourceId_SNAPSHOT_number.csv or customerId_sourceId_DI_number.ldif; sourceId and its underscore may be left out. Rename the file and upload it again.';

const shown = (text = '') => escapeHidden(text);

/** What is wrong in the name, between the documented words and the form that it must have. */
const nameSentence =
  (fault: (r: Refusal) => string): Sentence =>
  (r) =>
    `The file name format is not valid. ${fault(r)} ${NAME_FORM}`;

/** The numbers that a sequence number is about; results of earlier versions have none. */
function numbersText({ field, value: number, other: last }: Refusal): string {
  if (last === undefined) return '';
  const whose = field ? ` from source "${escapeHidden(field)}"` : '';
  return ` This file${whose} has ${number}; the last one processed had ${last}. Rename the file to use a number above ${last} and upload it again.`;
}

/** The domains that an address may be in. */
const useOneOf = ({ other }: Refusal) =>
  other
    ? `Use an address in one of these domains: ${other}.`
    : 'It has no such domain; contact customer service.';

/** The sentence of each result code: field, value, rule, fix. The beginnings of 1, 4, 1018 and 1035 are documented. */
export const results = {
  1: byReason(
    {
      separators: nameSentence(
        (r) => `${value(r)} separates its parts with "${r.other}" instead of underscores.`,
      ),
      decision: (r) =>
        `The file name format is not valid. ${value(r)} answers for a held file, but ${shown(r.other)} is not held, or the first line of an approval is not the number of people; whoever has uploaded a file cannot approve it where two people must. See _status.txt for what is held.`,
      undo: (r) =>
        `The file name format is not valid. ${value(r)} asks to undo ${shown(r.other)}, and that cannot be: no file of that name was applied lately, it is still being applied, or undo by file is switched off.`,
      extension: nameSentence((r) =>
        r.other ? `${value(r)} has the extension "${shown(r.other)}".` : `${value(r)} has no extension.`,
      ),
      'wrong-extension': nameSentence(
        (r) => `${value(r)} has the extension "${shown(r.other)}", which does not match its type.`,
      ),
      customer: nameSentence((r) => `The customer ID "${shown(r.other)}" in ${value(r)} is not a number.`),
      type: nameSentence((r) => `"${shown(r.other)}" in ${value(r)} is not a known change file type.`),
      option: nameSentence(
        (r) =>
          `"${shown(r.other)}" in ${value(r)} is not an option of a USERS file, or is there twice: NOCREATE, NOUPDATE, NOGROUPS.`,
      ),
      number: nameSentence((r) => `The sequence number "${shown(r.other)}" in ${value(r)} is not a number.`),
      'number-too-large': nameSentence(
        (r) => `The sequence number ${shown(r.other)} in ${value(r)} is larger than 9223372036854775807.`,
      ),
      parts: nameSentence((r) => `${value(r)} is missing parts of the name.`),
    },
    'The file name format is not valid.',
  ),
  2: byReason(
    {
      'no-list': (r) =>
        `Full lists of source ${value(r)} are not enabled for your organization (consent required). Contact customer service to enable them.`,
      'group-source': (r) =>
        `The source "${shown(r.other)}" acts for one group only, and files of type ${r.value} cannot. Send the changes from another source.`,
    },
    (r) =>
      `Change files of type ${r.value} are not enabled for your organization. Contact customer service to enable them.`,
  ),
  3: (r) =>
    `The customer ID ${r.value} in the file name is not your customer ID, ${r.other}. Rename the file and upload it again.`,
  4: (r) => `The sequence number is not greater than the last one processed.${numbersText(r)}`,
  5: (r) =>
    `More than ${r.limit} entries could not be read; processing stopped at this entry. Correct the file and upload it again with a higher sequence number.`,
  6: (r) =>
    `More than ${r.limit} entries failed; processing stopped at this entry. Correct the file and upload it again with a higher sequence number.`,
  ...directoryResults,
  ...usersResults,
  ...listResults,
  ...heldResults,
  ...techniciansResults,
  9: byReason(
    {
      ...directoryValues,
      missing: (r) => `${r.field} is empty, and this operation needs it.`,
      'too-long': (r) => `${r.field} is longer than ${r.limit} characters: ${value(r)}. Shorten it.`,
      'not-listed': (r) => `${r.field} ${value(r)} is not one of the allowed values. ${nearest(r, 'en_US')}`,
    },
    (r) => `${r.field} ${value(r)} is not valid.`,
  ),
  1000: byReason(
    {
      'header-missing':
        'The file has no header line. The first line must name the columns, among them emailAddress and action.',
      'users-header-missing':
        'The file has no header line. The first line must name the columns, among them Email Address.',
      'list-header-missing':
        'The file has no header line. The first line must name the columns, among them emailAddress.',
      'header-unreadable': `The header line is not valid UTF-8 CSV. ${header}`,
      'header-unknown': (r) =>
        `The header line contains the unknown column ${value(r)}. ${header} The columns are ${r.other}.`,
      separator: (r) => `The columns are separated by ${r.value}. Save the file as CSV with commas.`,
      'separator-line': (r) =>
        `The first line ${value(r)} is not a header. Remove it: the first line must name the columns.${
          r.other ? ` It declares ${r.other} as the separator; use commas instead.` : ''
        }`,
      'header-repeated': (r) => `The header line contains the column ${r.value} twice. ${header}`,
      'header-incomplete': (r) => `The header line is missing the column ${r.value}. ${header}`,
      'quote-not-closed':
        'Unterminated quoted value, or a quote inside an unquoted value. Double every quote inside a quoted value.',
      quoting: 'Unexpected quote character. Put the whole value in quotes and double every quote inside it.',
      surplus:
        'The row has more values than the header has columns. Put a value that contains a comma in quotes.',
      'one-value':
        'The line has only one value. An entry needs at least emailAddress and action, separated by a comma.',
      encoding: 'The entry is not valid UTF-8. Save the file as UTF-8.',
      nul: 'The entry contains a NUL character. Remove it.',
      'too-long': (r) => `The entry is longer than ${r.limit} bytes. Check its quotes and line breaks.`,
      ...technicianReadings,
    },
    'The entry is not valid CSV.',
  ),
  1001: 'Your organization is on hold, and its provisioning files are refused. Contact customer service, then upload the file again with a higher sequence number.',
  1002: (r) =>
    `${r.value} is the only company contact and cannot be removed. Appoint another company contact first.`,
  1003: byReason(
    {
      'no-base': (r) =>
        `subscriptionId ${value(r)} is an accessory and needs a compatible base subscription in the same entry. Give the ID of the base subscription in the other column.`,
    },
    (r) =>
      `${r.field} ${value(r)} is not a subscription of your organization that can be used here. Check the ID.`,
  ),
  1006: byReason(
    {
      'not-owned': (r) =>
        `A FEDERATED subscriber needs an address in a domain that your organization owns, and ${value(r)} in ${r.field} is not one. ${useOneOf(r)}`,
    },
    (r) => `The mail domain ${value(r)} is not registered for your organization. ${useOneOf(r)}`,
  ),
  1007: (r) =>
    `The subscription ${value(r)} in ${r.field} has no free seats. Buy more seats, or revoke one first.`,
  1008: byReason(
    {
      'already-suspended': (r) => `${r.value} is already suspended.`,
      'not-suspended': (r) =>
        `${r.value} is ${r.other}, not suspended. Only a suspended subscriber can be resumed.`,
      'last-administrator': (r) =>
        `${r.value} is the last administrator of your organization. Make someone else an administrator first.`,
      'nothing-to-activate': (r) =>
        `${r.value} is active and has no seat to activate, so no invitation can be sent.`,
      suspended: (r) => `${r.value} is suspended. Resume the account first.`,
      'password-only': (r) =>
        `The account ${r.value} was created with a one-time password and has no invitation. Give the subscriber that password, or have it reset.`,
      federated: (r) =>
        `${r.value} is federated and signs in through your organization, so no invitation is sent.`,
    },
    (r) => `The operation failed for ${r.value ?? 'this subscriber'}. ${retry}`,
  ),
  1011: (r) =>
    `Your organization has no subscriber with the address ${value(r)}. Check emailAddress, or add the subscriber first.`,
  1013: (r) =>
    `assignTo ${value(r)} belongs to another organization. Content can only be moved within your organization.`,
  1014: byReason(
    {
      self: (r) =>
        `assignTo ${value(r)} is the subscriber of this entry. Give the address of another subscriber of your organization.`,
    },
    (r) => `assignTo ${value(r)} is not a subscriber of your organization. Check the address.`,
  ),
  1015: (r) =>
    `action ${value(r)} is not a known operation. Use Add, Update, Suspend, Resume, Remove, AssignSeat, ChangeSeat, RevokeSeat, Rename, ResendInvitation or ChangeStorage.`,
  1004: (r) =>
    `The subscriber already has the mail subscription ${r.other} and can have only one. Use ChangeSeat, or revoke it first.`,
  1005: (r) =>
    `The subscriber already has the collaboration subscription ${r.other} and can have only one. Use ChangeSeat, or revoke it first.`,
  1017: (r) =>
    `subscriptionId ${value(r)} is not a known seat type. Use COLLAB, MAIL, BUNDLE, BLACKBERRY_HOSTED, BLACKBERRY_HOSTED_MDS, TRAVELER, BES_ACCESS, IBM_DOCS or RETENTION.`,
  1018: byReason(
    {
      storage: (r) =>
        `The subscriber does not hold the subscription ${r.value}. ${r.other ?? 'The subscriber'} holds ${seats(r)}. Give the ID of one of these, or assign the seat first.`,
    },
    (r) =>
      r.list
        ? `ERROR: Cannot revoke, user does not hold subscription. ${r.value}: ${r.other} holds ${seats(r)}. Choose one of the seats held.`
        : 'ERROR: Cannot revoke, user does not hold subscription.',
  ),
  1020: byReason(
    {
      'no-seat': (r) =>
        `${r.value} holds no collaboration, mail or bundle seat to change. Use AssignSeat to assign one.`,
      'no-base': (r) =>
        `subscriptionId ${value(r)} is an accessory, and the subscriber holds no compatible base seat. Assign a base seat first.`,
    },
    (r) =>
      `${r.other ?? 'The subscriber'} holds ${seats(r)}, which cannot all be changed to ${value(r)}. Choose a compatible subscription: mail can only be changed to mail of the same type; customer service can tell you what else is compatible.`,
  ),
  1021: (r) =>
    `subscriptionId ${value(r)} is not an active collaboration, mail or bundle subscription of your organization. Check the ID.`,
  1022: (r) => `The subscription ${value(r)} has no free seats. Buy more seats, or revoke one first.`,
  1019: (r) =>
    `assignTo ${value(r)} cannot be used: mail content cannot be moved to another subscriber. Leave assignTo empty.`,
  1023: (r) => `timeZone ${value(r)} is not one of the allowed values. ${nearest(r, 'America/New_York')}`,
  1024: (r) =>
    `subscriptionId2 ${value(r)} cannot be used here. Give the ID of a second subscription of your organization; for a subscriber leaving a bundle, ChangeSeat also accepts DELETECOLLAB, DELETEMAIL or the ID of that bundle.`,
  1025: (r) =>
    `The subscriptions ${r.other} and ${r.value} are both mail subscriptions, and a subscriber can have only one. Leave one column empty.`,
  1026: (r) =>
    `The subscriptions ${r.other} and ${r.value} are both collaboration subscriptions, and a subscriber can have only one. Leave one column empty.`,
  1027: 'password is set, but the entry has no mail subscription. One-time passwords are for mail only. Leave it empty.',
  1028: (r) =>
    `altEmailAddress ${value(r)} is set, but the entry has no iNotes mail subscription. Leave it empty; for Notes mail, set a password instead.`,
  1029: (r) => `altEmailAddress ${value(r)} is not a valid e-mail address.`,
  1030: byReason(
    {
      assign:
        'The entry assigns a mail subscription, but altEmailAddress is empty. Give an address for account notices.',
      notes: 'The entry has a Notes mail subscription, but no password. Set a one-time password.',
    },
    'The entry has a mail subscription, but neither password nor altEmailAddress. Set one of them.',
  ),
  1031: (r) => `emailAddress ${value(r)} is not a valid e-mail address.`,
  1034: byReason(
    {
      taken: (r) => `The Notes name ${value(r)} is already in use. Choose another name in notesDN.`,
      unknown: (r) =>
        `The Notes name ${value(r)} is not in the directory of your organization. Synchronize the directory first, or correct notesDN.`,
      'other-address': (r) =>
        `The directory entry for the Notes name ${value(r)} has a different e-mail address. Correct one of the two addresses.`,
      ambiguous: (r) =>
        `More than one directory entry matches the Notes name ${value(r)}. Give the full name in notesDN.`,
    },
    (r) => `notesDN ${value(r)} is not valid.`,
  ),
  1035: byReason(
    {
      rename: (r) =>
        `altEmailAddress already exists. ${value(r)} belongs to another account. Choose another address, or rename or remove that account first.`,
      add: (r) =>
        `emailAddress already exists. ${value(r)} belongs to an existing account. Use Update or AssignSeat to change that account, or choose another address.`,
      own: (r) =>
        `altEmailAddress already exists. ${value(r)} is the current address of the account. Give the new address in altEmailAddress.`,
    },
    'emailAddress already exists.',
  ),
  1037: (r) =>
    `The subscription ${value(r)} in ${r.field} is a third-party subscription and cannot be managed with change files.`,
  1040: byReason(
    {
      role: 'The seat was not assigned: only accounts with the role User can hold subscriptions. Give the account that role first.',
    },
    (r) =>
      `The seat was not assigned to ${r.value ?? 'this subscriber'}: the account store rejected the change. ${retry}`,
  ),
  1041: byReason(
    {
      missing:
        'Both collabExtraStorage and mailExtraStorage are empty. Set at least one, in whole gigabytes.',
    },
    (r) => `${r.field} ${value(r)} is not valid. Use a whole number of gigabytes, 0 or more.`,
  ),
  1042: (r) =>
    `${r.field} cannot be used with this subscription: Files storage requires collaboration, Mail storage requires mail.`,
  1044: (r) => `Your organization has no extra storage for ${r.field}. Buy some first.`,
  1045: (r) =>
    `${r.field} ${value(r)} exceeds the ${r.limit} GB available to this subscriber. Request less, or buy more.`,
  1048: byReason(
    {
      'no-seat': (r) =>
        `${r.value} cannot be renamed: the subscriber holds no collaboration, mail or bundle seat. Assign a seat first.`,
      'not-written': (r) =>
        `The address of ${r.value ?? 'this subscriber'} was not changed: the account store rejected the change. ${retry}`,
    },
    (r) =>
      `The address ${value(r)} is not the synchronized Notes address of this hybrid subscriber. Change it on premises and synchronize, then rename.`,
  ),
  1043: byReason(
    {
      'no-collaboration': (r) =>
        `assignTo ${value(r)} has no collaboration subscription to receive the content. Choose a subscriber who has one.`,
    },
    (r) => `The subscriber has no content to move to assignTo ${value(r)}. Leave assignTo empty.`,
  ),
  1049: (r) => `country ${value(r)} is not a two-letter code. ${nearest(r, 'US')}`,
  1050: (r) => `country ${value(r)} is not a known country code. ${nearest(r, 'US')}`,
  1051: (r) => `jobTitle is longer than ${r.limit} characters: ${value(r)}. Shorten it.`,
  1052: (r) => `familyName is longer than ${r.limit} characters: ${value(r)}. Shorten it.`,
  1053: (r) => `givenName is longer than ${r.limit} characters: ${value(r)}. Shorten it.`,
  1054: (r) =>
    `A subscriber with the address ${value(r)} is still being removed. Send the entry again when the removal has finished.`,
  1055: byReason(
    {
      'not-on-update': (r) =>
        `Validation of a Notes attribute failed: notesDN ${value(r)} must be empty on Update. Leave it empty.`,
      'no-notes-mail': (r) =>
        `Validation of a Notes attribute failed: notesTemplate ${value(r)} is set, but the subscriber has no Notes mail. Leave it empty.`,
      ...templateValues,
    },
    (r) => `Validation of a Notes attribute failed: ${r.field} ${value(r)} is not valid.`,
  ),
  1056: (r) => `federationType ${value(r)} is not allowed in your organization. Use ${r.other}.`,
  1057: (r) => `federationType ${value(r)} is not valid. Use NON_FEDERATED, FEDERATED or MODIFIED_FEDERATED.`,
  1058: (r) =>
    `suppressInvitation ${value(r)} is not valid. Use SUPPRESS_ALL or SUPPRESS_NONE, or leave it empty.`,
  1060: 'iNotes mail is not enabled for your organization. Contact customer service.',
  1061: (r) =>
    `The seat of ${r.value} in subscription ${r.other} is still being set up (ENTITLE_PENDING). Try again later.`,
  1063: (r) => `The subscription ${value(r)} in ${r.field} is not active. Choose an active subscription.`,
  1064: (r) =>
    `${r.field} ${value(r)} is only for subscribers leaving a bundle, and this subscriber has none. Leave it empty.`,
  1065: (r) =>
    `The seat of ${r.value ?? 'this subscriber'} was not revoked: the account store rejected the change. ${retry}`,
  1066: byReason(
    {
      taken: (r) =>
        `The seat was not changed: the Notes name ${value(r)} is already in use. Choose another name in notesDN.`,
      unknown: (r) =>
        `The seat was not changed: the Notes name ${value(r)} is not in the directory of your organization.`,
    },
    (r) =>
      `The seat${r.value ? ` of ${r.value}` : ''} was not changed: the account store rejected the change. ${retry}`,
  ),
  1072: byReason(
    {
      length: 'password is too short. Use at least 8 characters.',
      maximum: 'password is too long. Use at most 64 characters.',
      'non-alphabetic':
        'password contains only letters. Add a digit or another character that is not a letter.',
      alphabetic: 'password has too few letters. Use at least four.',
      blank: 'password contains a space. Remove it.',
      repeats: 'password repeats a character three times in a row. Choose another password.',
      name: "password contains the subscriber's name or e-mail address. Choose another password.",
    },
    'password does not meet the password policy. Choose another password.',
  ),
  1073: (r) =>
    `${r.other ?? 'The subscriber'} already holds a seat of the subscription ${value(r)} and can have only one. Remove the entry, or give another subscriptionId.`,
  1079: 'subscriptionId is empty, and this operation needs it.',
  1085: (r) =>
    `The extra storage of ${r.value ?? 'this subscriber'} was not changed: the account store rejected the change. ${retry}`,
  1086: 'Notes mail is not enabled for your organization. Contact customer service.',
  1088: (r) =>
    `A subscriber cannot have both a bundle and a single subscription: ${r.other}, ${r.value}. Use one or the other.`,
  1089: (r) => `The extra storage of your organization for ${r.field} cannot be used with this subscription.`,
  1090: (r) =>
    `The subscription ${value(r)} in ${r.field} is an accessory, and accessories are not enabled for your organization. Contact customer service.`,
  1095: (r) => `activation ${value(r)} is not valid. Use FORCE_ACTIVATION, or leave it empty.`,
  1096: byReason(
    {
      'verification-on':
        'FORCE_ACTIVATION is not allowed: e-mail verification is enabled for your organization.',
    },
    (r) => `FORCE_ACTIVATION is not allowed: the subscriber is ${r.value}, not FEDERATED.`,
  ),
  1097: (r) =>
    `Activation failed for ${r.value ?? 'this subscriber'}: the account store rejected the change. ${retry}`,
} satisfies Partial<Record<ResultCode, Sentence>>;
