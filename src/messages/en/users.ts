import { escapeHidden } from '../../shown-text.ts';
import type { Refusal, ResultCode } from '../../change-file/result-code.ts';
import { byReason, value, type Sentence } from '../sentence.ts';

const ADDRESS = 'Use the form name@example.com.';
const text = (given = '') => escapeHidden(given);

function tooLong(r: Refusal): string {
  return `${r.field} ${value(r)} is too long: ${r.other} characters, but at most ${r.limit} are allowed. Shorten it.`;
}

/** What a report says of rows of bulk user files: field, value, rule and fix. */
export const usersResults = {
  2000: (r) => `${r.field} is empty. Every row must give the person's e-mail address.`,
  2001: (r) => `${r.field} ${value(r)} is not a valid e-mail address. ${ADDRESS}`,
  2002: byReason(
    {
      'in-use': (r) => `${r.field} ${value(r)} is already in use. Use a different address.`,
      technician: (r) =>
        `${r.field} ${value(r)} is already a technician, and an import only adds technicians. Remove the row, or change the technician by hand.`,
    },
    (r) => `${r.field} ${value(r)} is already in use in another organization. Use a different address.`,
  ),
  2003: byReason(
    { list: (r) => `${r.field} is empty. A name is required to create a person.` },
    (r) => `${r.field} is empty. Both First Name and Last Name are required to create a user.`,
  ),
  2004: byReason(
    {
      'group-name': (r) =>
        `${r.field}: the group name ${value(r)} is too long: ${r.other} characters, but at most ${r.limit} are allowed. Shorten it.`,
    },
    tooLong,
  ),
  2005: (r) => `${r.field} ${value(r)} is not a valid boolean. Use TRUE or FALSE.`,
  2006: byReason(
    {
      'group-sources-off': (r) =>
        `This source administers the group ${value(r)} only, and group-level sources may not change users in this organization. Upload the row from a source with account-level rights.`,
      'account-admin': 'This source may not set Account Admin. Leave the column empty.',
      administrator: (r) =>
        `${text(r.other)} is an account administrator, whose ${r.field} this source may not change. Leave the column empty, or upload the row from a source with account-level rights.`,
    },
    (r) =>
      `${text(r.other)} cannot be changed by this source: it administers the group ${value(r)} only. Upload the row from a source with account-level rights.`,
  ),
  2010: (r) => `${r.field} ${value(r)} is not a valid e-mail address. ${ADDRESS}`,
  2011: (r) =>
    `${r.field} ${value(r)} is already in use. The row was not applied; choose a different address.`,
  2012: tooLong,
  2013: (r) => `${r.field} ${value(r)} is not valid. Use 7 to 255 characters, digits and hyphens only.`,
  2014: (r) => `${r.field} ${value(r)} is not valid. Use exactly three digits.`,
  2015: (r) =>
    `${r.field} ${value(r)} is not supported. Use a listed name such as EUROPE_LONDON, without the offset.`,
  2016: (r) => `${r.field} ${value(r)} is not supported. Use a listed value such as en_US.`,
  2017: byReason(
    { list: (r) => `${r.field} ${value(r)} is not a valid status. Use enabled or disabled.` },
    (r) => `${r.field} ${value(r)} is not a valid status. Use ACTIVE or INACTIVE.`,
  ),
  2018: (r) =>
    `${r.field} is ${value(r)}, but a new user cannot be created inactive. Leave ${r.field} empty and deactivate the user in a later row.`,
  2019: byReason(
    {
      'runs-files': (r) =>
        `${text(r.other)} must keep its status: change files are carried out in its name. Name another administrator first.`,
    },
    (r) =>
      `${text(r.other)} is the last active administrator of the organization and must keep that role and status. Make another user an administrator first.`,
  ),
  2020: byReason(
    {
      'too-many-groups': (r) =>
        `${r.field} names ${r.other} groups; a row may name at most ${r.limit}. Name the others in further rows.`,
      'too-many-groups-of-person': (r) =>
        `${r.field} would put the user in ${r.other} groups; a user may be in at most ${r.limit}. Remove the user from another group in the same cell.`,
    },
    (r) =>
      `${r.field} ${value(r)} is not in the expected format. Use Name[Status Status];Name[Status], with no space before the bracket or around the semicolon.`,
  ),
  2021: (r) =>
    `${r.field}: ${value(r)} is not a valid status. Use Primary, Send, Can't send, Admin or Remove.`,
  2022: (r) =>
    `${r.field}: the statuses ${value(r)} for group "${text(r.other)}" contradict each other. Keep one of them.`,
  2023: (r) =>
    `${r.field}: both ${value(r)} and "${text(r.other)}" are set to Primary, but a user has only one primary group. Set one of them.`,
  2024: (r) =>
    `${r.field}: group ${value(r)} is listed twice. List each group once, with all of its statuses in one bracket.`,
  2025: (r) =>
    `${r.field}: ${value(r)} is the user's primary group and cannot be removed while other groups remain. Set another group to Primary in the same cell.`,
  2900: (r) => `Skipped: user ${value(r)} does not exist, and creating users is turned off for this file.`,
  2901: (r) => `Skipped: user ${value(r)} already exists, and updating users is turned off for this file.`,
  2910: (r) => `${r.field} ${value(r)} has more than 4 characters. Signature fields show at most 4.`,
  2911: (r) =>
    `Group ${value(r)} does not exist and was not created, because creating groups is turned off. The rest of the row was applied.`,
  2912: byReason(
    {
      'group-source': (r) =>
        `${r.field} was ignored: this source administers the group "${text(r.other)}" only. The rest of the row was applied.`,
    },
    (r) =>
      `${r.field} was ignored: this organization has one group per user. The rest of the row was applied.`,
  ),
  2913: (r) =>
    `User ${value(r)} did not exist and was created; New Email Address was ignored. Use USERS-NOCREATE in the file name when you change addresses.`,
  2915: (r) => `The user is not a member of group ${value(r)}, so there was nothing to remove.`,
} satisfies Partial<Record<ResultCode, Sentence>>;
