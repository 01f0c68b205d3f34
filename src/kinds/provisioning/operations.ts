import type { ResultCode } from '../../change-file/result-code.ts';
import type { PRV_OPERATIONS } from '../../tables/prv-operations.ts';
import { add, addChecks } from './add.ts';
import { assignSeat, assignSeatChecks } from './assign-seat.ts';
import { changeSeat, changeSeatChecks } from './change-seat.ts';
import { changeStorage, changeStorageChecks } from './change-storage.ts';
import { PROFILE_FIELDS } from './profile.ts';
import { remove, removeChecks } from './remove.ts';
import { rename, renameChecks } from './rename.ts';
import { resendInvitation, resendInvitationChecks } from './resend-invitation.ts';
import { resume, resumeChecks } from './resume.ts';
import { revokeSeat, revokeSeatChecks } from './revoke-seat.ts';
import type { Check, FieldName, DecisionContext } from './context.ts';
import { suspend, suspendChecks } from './suspend.ts';
import { update, updateChecks } from './update.ts';

export type OperationName = (typeof PRV_OPERATIONS)[number]['operation'];

/** One operation of a provisioning file. Columns that it does not read are ignored (rules 6). */
export interface Operation {
  name: OperationName;
  /** Columns that it reads besides emailAddress and action; only these are checked. */
  reads: readonly FieldName[];
  /** In the order of code-selection.csv; the first one that fails gives the code. */
  checks: readonly Check[];
  /** Changes the organisation in memory. Only called when no check has failed. */
  apply: (context: DecisionContext) => void;
  /** "Anything else while writing". */
  otherwise: ResultCode;
}

const names = ['givenName', 'familyName'] as const;

/** A new operation is a new file and one entry here. */
export const OPERATIONS: readonly Operation[] = [
  {
    name: 'Add',
    reads: [
      'subscriptionId',
      'subscriptionId2',
      ...names,
      ...PROFILE_FIELDS,
      'password',
      'altEmailAddress',
      'notesTemplate',
      'notesDN',
      'suppressInvitation',
      'federationType',
      'activation',
    ],
    checks: addChecks,
    apply: add,
    otherwise: 1008,
  },
  {
    name: 'Update',
    reads: [...names, ...PROFILE_FIELDS, 'notesTemplate', 'notesDN', 'federationType'],
    checks: updateChecks,
    apply: update,
    otherwise: 1008,
  },
  { name: 'Suspend', reads: [], checks: suspendChecks, apply: suspend, otherwise: 1008 },
  { name: 'Resume', reads: [], checks: resumeChecks, apply: resume, otherwise: 1008 },
  { name: 'Remove', reads: ['assignTo'], checks: removeChecks, apply: remove, otherwise: 1008 },
  {
    name: 'AssignSeat',
    reads: ['subscriptionId', 'altEmailAddress', ...names, 'notesTemplate', 'notesDN', 'suppressInvitation'],
    checks: assignSeatChecks,
    apply: assignSeat,
    otherwise: 1040,
  },
  {
    name: 'ChangeSeat',
    reads: ['subscriptionId', 'subscriptionId2', 'password', 'altEmailAddress', 'notesDN'],
    checks: changeSeatChecks,
    apply: changeSeat,
    otherwise: 1066,
  },
  {
    name: 'RevokeSeat',
    reads: ['subscriptionId', 'assignTo'],
    checks: revokeSeatChecks,
    apply: revokeSeat,
    otherwise: 1065,
  },
  { name: 'Rename', reads: ['altEmailAddress'], checks: renameChecks, apply: rename, otherwise: 1048 },
  {
    name: 'ChangeStorage',
    reads: ['subscriptionId', 'collabExtraStorage', 'mailExtraStorage'],
    checks: changeStorageChecks,
    apply: changeStorage,
    otherwise: 1085,
  },
  {
    name: 'ResendInvitation',
    reads: [],
    checks: resendInvitationChecks,
    apply: resendInvitation,
    otherwise: 1008,
  },
];
