/** What of a change of a person is told, in which order (operation-map of the journal). */
import { describe, expect, it } from 'vitest';
import type { Diff } from '../../src/accounts/changes/diff.ts';
import { tellPerson } from '../../src/journal/tell-person.ts';
import type { Told } from '../../src/journal/told.ts';
import { JOURNAL_OPERATIONS } from '../../src/tables/journal-operations.ts';

const subscriptions = new Map([
  [1, { name: 'Engage', isAccessory: false }],
  [2, { name: 'Connections', isAccessory: false }],
  [3, { name: 'Traveler', isAccessory: true }],
]);

const surroundings = {
  name: 'Mira Brandt',
  subscription: (id: number) => subscriptions.get(id) ?? { name: '', isAccessory: false },
  defaultGroup: 'Everybody',
};

const NEW: Diff = {
  email: [null, 'mira@example.com'],
  givenName: [null, 'Mira'],
  familyName: [null, 'Brandt'],
  roles: [null, ['user']],
  state: [null, 'pending'],
};

/** `ADDSUBSCRIBER`, `ENTITLESUBSCRIBER>1`, `UPDATESUBSCRIBER GROUP=Sales OPERATION=… ROLE=…` */
function shown({ action, target, extra }: Told): string {
  return [
    `${action}${target ? `>${target.id}` : ''}`,
    ...extra.map(([key, value]) => `${key}=${value}`),
  ].join(' ');
}

const tell = (operation: string, diff: Diff) => tellPerson({ subject: 7, operation, diff }, surroundings);

const CASES: [what: string, operation: string, diff: Diff, told: string[]][] = [
  ['an Add', 'Add', NEW, ['ADDSUBSCRIBER']],
  [
    'an Add with password and seats',
    'Add',
    {
      ...NEW,
      password: 'changed',
      passwordState: [null, 'temporary'],
      'seat.1': [null, 'active'],
      'seat.2': [null, 'active'],
    },
    ['ADDSUBSCRIBER', 'SETONETIMEPASSWORD', 'ENTITLESUBSCRIBER>1', 'ENTITLESUBSCRIBER>2'],
  ],
  ['an Update', 'Update', { jobTitle: [null, 'Boss'], 'notes.template': [null, 'x'] }, ['UPDATESUBSCRIBER']],
  ['a Rename', 'Rename', { email: ['a@example.com', 'b@example.com'] }, ['UPDATESUBSCRIBER']],
  [
    'a Suspend',
    'Suspend',
    { state: ['active', 'suspended'], stateBeforeSuspend: [null, 'active'] },
    ['SUSPENDSUBSCRIBER'],
  ],
  ['a Resume', 'Resume', { state: ['suspended', 'active'] }, ['UNSUSPENDSUBSCRIBER']],
  [
    'a Remove: seats and technician go along',
    'Remove',
    {
      state: ['active', 'remove_pending'],
      'seat.1': ['active', null],
      'technician.status': ['enabled', null],
    },
    ['REMOVESUBSCRIBER'],
  ],
  [
    'the end of a removal',
    'finish removal',
    { state: ['remove_pending', 'removed'], password: 'changed' },
    [],
  ],
  [
    'an undo of a Remove: the account is there again, with its seats',
    'Undo',
    { state: ['remove_pending', 'active'], 'seat.1': [null, 'active'] },
    ['ADDSUBSCRIBER', 'ENTITLESUBSCRIBER>1'],
  ],
  [
    'an undo of an Add',
    'Undo',
    { state: ['pending', 'removed'], 'seat.1': ['active', null] },
    ['REMOVESUBSCRIBER'],
  ],
  [
    'an AssignSeat with an address',
    'AssignSeat',
    { 'seat.1': [null, 'assigned'], alternateEmail: [null, 'a@b.c'] },
    ['ENTITLESUBSCRIBER>1'],
  ],
  [
    'a RevokeSeat that takes an accessory along',
    'RevokeSeat',
    { 'seat.1': ['active', null], 'seat.3': ['active', null] },
    ['REVOKESUBSCRIBER>1', 'REVOKESUBSCRIBER>3'],
  ],
  [
    'a ChangeSeat with storage, password and an accessory that no longer fits',
    'ChangeSeat',
    {
      password: 'changed',
      passwordState: [null, 'temporary'],
      'seat.2': [null, 'active'],
      'seat.2.files': [null, 5],
      'seat.1': ['active', null],
      'seat.1.files': [5, null],
      'seat.3': ['active', null],
    },
    ['SETONETIMEPASSWORD', 'TRANSFERSEAT>2', 'REVOKESUBSCRIBER>3'],
  ],
  [
    'a ChangeStorage of both kinds',
    'ChangeStorage',
    { 'seat.1.files': [null, 5], 'seat.1.mail': [1, 5] },
    ['CHANGEQUOTA>1'],
  ],
  ['an invitation sent again', 'ResendInvitation', { 'invitation.sentAt': ['x', 'y'] }, ['RESENDWELCOM']],
  ['activation mails', 'activation mail', { 'invitation.state': [null, 'pending'] }, ['RESENDWELCOM']],
  [
    'a row of a bulk user file: profile, groups in their order, roles, status',
    'Update',
    {
      state: ['active', 'suspended'],
      roles: [['user'], ['user', 'administrator']],
      company: [null, 'Acme'],
      'group.Sales': [null, 'primary, send'],
      'group.Everybody': ['primary, send', null],
      'group.Board': ["can't send", "can't send, admin"],
    },
    [
      'UPDATESUBSCRIBER',
      'UPDATESUBSCRIBER GROUP=Sales OPERATION=MEMBER_ADDED ROLE=MEMBER',
      'UPDATESUBSCRIBER GROUP=Everybody OPERATION=MEMBER_REMOVED ROLE=UNSET',
      'UPDATESUBSCRIBER GROUP=Board OPERATION=MEMBER_UPDATED ROLE=ADMIN',
      'ASSIGNROLE ROLE=ADMINISTRATOR',
      'SUSPENDSUBSCRIBER',
    ],
  ],
  [
    'a new person is in the group of everybody without a word',
    'Create',
    { ...NEW, 'group.Everybody': [null, 'primary, send'] },
    ['ADDSUBSCRIBER'],
  ],
  [
    'a new person who is put there besides',
    'Create',
    { ...NEW, 'group.Sales': [null, 'primary, send'], 'group.Everybody': [null, 'send'] },
    [
      'ADDSUBSCRIBER',
      'UPDATESUBSCRIBER GROUP=Sales OPERATION=MEMBER_ADDED ROLE=MEMBER',
      'UPDATESUBSCRIBER GROUP=Everybody OPERATION=MEMBER_ADDED ROLE=MEMBER',
    ],
  ],
  [
    'a role that is withdrawn',
    'Update',
    { roles: [['user', 'administrator'], ['user']] },
    ['UNASSIGNROLE ROLE=ADMINISTRATOR'],
  ],
  [
    'a new technician with a licence',
    'Import',
    {
      ...NEW,
      password: 'changed',
      passwordState: [null, 'temporary'],
      'technician.status': [null, 'enabled'],
      'technician.group': [null, 1],
      'technician.name': [null, 'Mira Brandt'],
      'seat.1': [null, 'active'],
    },
    ['ADDSUBSCRIBER', 'SETONETIMEPASSWORD', 'UPDATESUBSCRIBER TECHNICIAN=enabled', 'ENTITLESUBSCRIBER>1'],
  ],
  [
    'a technician who is disabled loses a licence',
    'Disable',
    { 'technician.status': ['enabled', 'disabled'], 'seat.1': ['active', null] },
    ['UPDATESUBSCRIBER TECHNICIAN=disabled', 'REVOKESUBSCRIBER>1'],
  ],
  [
    'a technician who is moved',
    'setup',
    { 'technician.group': [1, 2] },
    ['UPDATESUBSCRIBER TECHNICIAN=moved'],
  ],
  ['a technician whose name changes', 'Update', { 'technician.name': ['A', 'B'] }, ['UPDATESUBSCRIBER']],
  ['a seat that is activated', 'AssignSeat', { 'seat.1': ['assigned', 'active'] }, ['UPDATESUBSCRIBER']],
  ['a person whom a list takes over unchanged', 'Update', { 'managedBy.source': [null, 'ad'] }, []],
  ['terms that are accepted for everybody', 'setup', { termsAcceptedAt: [null, 'x'] }, []],
];

describe('a change of a person', () => {
  it.each(CASES)('%s', (_, operation, diff, told) => {
    expect(tell(operation, diff).map(shown)).toEqual(told);
  });

  it('tells nothing that the table of operations has no row for', () => {
    const known = new Set(
      JOURNAL_OPERATIONS.filter((row) => row.file_token === 'BSS').flatMap((row) => row.action.split(' or ')),
    );
    for (const [, operation, diff] of CASES)
      for (const { token, action } of tell(operation, diff))
        expect([token, known.has(action), action]).toEqual(['BSS', true, action]);
  });

  it('never has an address in a name', () => {
    const [told] = tellPerson(
      { subject: 7, operation: 'Update', diff: { fax: [null, '1'] } },
      { ...surroundings, name: 'Mira m@example.com Brandt' },
    );
    expect(told?.object).toEqual({ type: 'USER', id: '7', name: 'Mira Brandt' });
  });
});
