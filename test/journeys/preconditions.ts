import { person, type WrittenCustomer, type WrittenSubscriber } from '../support/organisation.ts';

/** The state that the column `preconditions` of INDEX.csv asks for, laid over the fixtures. */
type Overlay = Partial<WrittenCustomer>;

const people = (...subscribers: WrittenSubscriber[]): Overlay => ({ subscribers });

const sam = (seats: number[] = [], more: Partial<WrittenSubscriber> = {}) => person('sam.daryn', seats, more);
const zach = person('zach.jones', [85181]);
const sarah = (...seats: number[]) => people(person('sarah.davidson', seats));
const anna = people(person('anna.jones', [86796], { notesDN: 'Anna Jones/JR OCT 19' }));
const jayne10 = person('jayne.hybrid10', [57163], {
  familyName: 'HybridNew10',
  notesDN: 'Jayne HybridNew10/HighAvail',
});

/** Examples that are not here need nothing but the fixtures. */
export const PRECONDITIONS: Record<string, Overlay> = {
  'update-person': people(sam()),
  suspend: people(sam()),
  resume: people(sam([], { state: 'suspended' })),
  remove: people(sam()),
  'remove-assignto': people(sam([85180]), zach),
  rename: people(sam([85180])),
  'assignseat-inotes-to-collab-user': people(sam([85180])),
  'assignseat-inotes-no-seat': people(person('randi.factor')),
  'assignseat-collab-to-inotes-user': people(sam([85292])),
  'changeseat-collab': people(sam([85180])),
  'revokeseat-collab': people(sam([85180])),
  'revokeseat-collab-assignto': people(sam([85180]), zach),
  'changeseat-bundle-named-first': sarah(91321),
  'changeseat-bundle-named-second': sarah(91319),
  'changeseat-undeclared-collab-to-bundle': people(sam([85181])),
  'fail-changeseat-bundle-not-held': people(sam([85180])),
  'fail-changeseat-notes-to-inotes-bundle': people(sam([85180, 86796])),
  'fail-rename-no-seat': people(sam()),
  'fail-rename-notes-foreign-domain': people(sam([86796])),
  'resend-invitation-active-user': { emailVerification: 'on', ...people(sam()) },
  'fail-resend-invitation-nothing-to-activate': { emailVerification: 'on', ...people(sam([85180])) },
  'resend-invitation': people(
    person('lu.suarez', [85180], { state: 'pending' }),
    person('viv.hanley', [85180], { state: 'pending' }),
  ),

  'hybrid-add': { notes: 'hybrid' },
  'hybrid-add-template': { notes: 'hybrid' },
  'hybrid-assignseat': { notes: 'hybrid', ...people(person('jayne.hybrid06', [85180])) },
  'notesdn-add-hybrid-ok': { notes: 'hybrid' },
  'notesdn-update-name-fail': { notes: 'hybrid', ...people(jayne10) },
  'notesdn-update-name-ok': { notes: 'hybrid', ...people(jayne10) },
  'notesdn-update-template-fail': anna,
  'notesdn-update-template-ok': anna,
  'update-template-one-user': people(person('jayne.hybrid28', [86796], { notesTemplate: 'mail90.ntf' })),
  'update-template-many-users': {
    notes: 'hybrid',
    ...people(person('jayne.hybrid11', [57163]), person('jayne.hybrid12', [57163])),
  },

  'bundle-assignseat': people(person('randi.factor')),
  'bundle-remove-assignto': people(person('sarah.davidson', [91319]), zach),
  'bundle-changeseat-from-both': people(sam([85180, 85292])),
  'bundle-changeseat-from-collab': people(sam([85180])),
  'bundle-changeseat-to-both': sarah(91319),
  'bundle-changeseat-to-collab': sarah(91319),
  'accessory-assign-traveler': people(person('cheryl.smith', [86796])),
  'accessory-changeseat-keep-traveler': sarah(91321, 91320),
  'changestorage-collab': people(sam([85180])),
  'changestorage-mail': people(sam([85292])),

  'activation-org-not-federated-fail': { federation: 'non_federated' },
  'fail-add-existing': people(sam()),
  'fail-revoke-not-held': people(person('randi.factor')),
  'fail-bundle-on-single-seat': people(sam([85180])),
  'fail-unknown-action': people(sam()),
  'fail-federation-type-unknown': people(person('jas.haj')),
  'fail-revoke-bad-keyword': people(sam([85180])),
  'any-prv-file-of-held-customer': { state: 'held', ...people(sam()) },
};

const seats = (...ids: number[]) => ids.map((subscription) => ({ subscription, state: 'active' }));
const notSent = { state: 'none', sentTo: null };
const cheryl = (version: string | null, template = 'StdR85Mail', forms: string | null = null) => ({
  'cheryl.smith@example.com': {
    state: 'pending',
    seats: seats(143422),
    notes: { dn: 'Cheryl Smith/Acme', template, version, locale: 'en_US', forms },
  },
});

/** What is stored after an example, by address, in the form of `spoolgate show`; null: nobody. */
export const STORED_AFTER: Record<string, Record<string, object | null>> = {
  'add-collab': {
    'sam.daryn@example.com': {
      state: 'pending',
      givenName: 'Sam',
      familyName: 'Daryn',
      roles: ['user'],
      federationType: 'NON_FEDERATED',
      password: 'none',
      profile: { language: 'en_US', timeZone: 'America/New_York' },
      seats: [
        { subscription: 85180, kind: 'collaboration', state: 'active', extraStorage: { files: 0, mail: 0 } },
      ],
      invitation: notSent,
      notes: null,
      lastChange: { line: 2 },
    },
    'randi.factor@example.com': { seats: [], lastChange: { line: 3 } },
    'zach.jones@example.com': { seats: seats(85181), lastChange: { line: 4 } },
  },
  'add-short-row': { 'sam.daryn@example.com': { seats: seats(85180) } },
  'crlf-line-ends': { 'sam.daryn@example.com': { profile: { timeZone: 'America/New_York' } } },
  'update-person': {
    'sam.daryn@example.com': {
      givenName: 'Samuel',
      familyName: 'Daryn',
      state: 'active',
      profile: {
        language: 'en_US',
        department: 'Sales',
        jobTitle: 'Manager',
        country: 'US',
        telephone: '555-0100',
        mobile: '555-0101',
        fax: '555-0102',
        address: '1 Main St',
      },
    },
  },
  suspend: { 'sam.daryn@example.com': { state: 'suspended' } },
  resume: { 'sam.daryn@example.com': { state: 'active' } },
  remove: { 'sam.daryn@example.com': { state: 'remove_pending', seats: [] } },
  'remove-assignto': {
    'sam.daryn@example.com': { state: 'remove_pending', seats: [] },
    'zach.jones@example.com': { state: 'active', seats: seats(85181) },
  },
  rename: {
    'sam.daryn@example.com': null,
    'samuel.daryn@example.com': { givenName: 'Sam', seats: seats(85180) },
  },
  'assignseat-inotes-to-collab-user': {
    'sam.daryn@example.com': { seats: seats(85180, 85292), alternateEmail: 'sam.daryn@example.net' },
  },
  'assignseat-collab-to-inotes-user': { 'sam.daryn@example.com': { seats: seats(85292, 85180) } },
  'changeseat-collab': { 'sam.daryn@example.com': { seats: seats(85179) } },
  'revokeseat-collab': { 'sam.daryn@example.com': { seats: [] } },
  'add-inotes-password': {
    'sam.daryn@example.com': {
      seats: seats(85292),
      password: 'temporary',
      alternateEmail: null,
      notes: null,
    },
  },
  'add-collab-inotes-password': { 'sam.daryn@example.com': { seats: seats(85180, 85292) } },
  'add-notes-password': {
    'sam.daryn@example.com': {
      seats: seats(86796),
      password: 'temporary',
      notes: { dn: 'Sam Daryn/abx/IBM', template: 'mail90.ntf', version: null, locale: 'en_US', forms: null },
    },
  },
  'suppress-invitation': {
    'lu.suarez@example.com': { seats: seats(85180), invitation: { state: 'none', suppressed: true } },
    'viv.hanley@example.com': { seats: seats(85180), invitation: { state: 'none', suppressed: true } },
  },
  'resend-invitation': { 'lu.suarez@example.com': { state: 'pending', invitation: notSent } },
  'changeseat-bundle-named-first': {
    'sarah.davidson@example.com': { seats: seats(86796), notes: { dn: 'Sarah Davidson/Acme' } },
  },
  'changeseat-bundle-named-second': { 'sarah.davidson@example.com': { seats: seats(85180) } },
  'changeseat-undeclared-collab-to-bundle': {
    'sam.daryn@example.com': { seats: seats(91319), alternateEmail: 'sam.daryn@example.net' },
  },
  'fail-changeseat-notes-to-inotes-bundle': {
    'sam.daryn@example.com': { seats: seats(85180, 86796), notes: { dn: 'Sam Daryn/Acme' } },
  },
  'resend-invitation-active-user': {
    'sam.daryn@example.com': {
      state: 'active',
      seats: [{ subscription: 85180, state: 'assigned' }],
      invitation: { state: 'pending', sentTo: 'sam.daryn@example.com' },
    },
  },
  'fail-resend-invitation-nothing-to-activate': { 'sam.daryn@example.com': { invitation: notSent } },
  'values-any-case': {
    'sam.daryn@example.com': {
      profile: { language: 'en_US', timeZone: 'America/New_York', country: 'US' },
    },
  },
  'federation-type': { 'jas.haj@example.com': { federationType: 'FEDERATED' } },
  'notestemplate-name-version-locale': cheryl('8.5.3'),
  'notestemplate-name-version': cheryl('8.5.2'),
  'notestemplate-empty-version': cheryl('8.5.3'),
  'notestemplate-account-language': cheryl('8.5.3'),
  'notestemplate-extension-forms': cheryl(null, 'StdR9Mail', 'forms9_x.nsf'),
  'hybrid-add': {
    'jayne.hybrid12@example.com': { seats: seats(57163), notes: { dn: 'Jayne Hybrid12/HighAvail' } },
  },
  'hybrid-add-template': { 'jayne.hybrid11@example.com': { notes: { template: 'callc10727mail' } } },
  'notesdn-add-hybrid-ok': {
    'jayne.hybrid13@example.com': { givenName: 'JayneRevised', notes: { dn: 'Jayne HybridNew13/HighAvail' } },
  },
  'notesdn-update-name-fail': {
    'jayne.hybrid10@example.com': { givenName: 'Jayne', familyName: 'HybridNew10' },
  },
  'notesdn-update-name-ok': {
    'jayne.hybrid10@example.com': { givenName: 'JayneRevised', notes: { dn: 'Jayne HybridNew10/HighAvail' } },
  },
  'notesdn-update-template-fail': { 'anna.jones@example.com': { notes: { template: null } } },
  'notesdn-update-template-ok': { 'anna.jones@example.com': { notes: { template: 'e3_2319a' } } },
  'update-template-one-user': {
    'jayne.hybrid28@example.com': { familyName: 'HybridNew28', notes: { template: 'callc10727mail' } },
  },
  'bundle-add': { 'sarah.davidson@example.com': { seats: seats(91319), password: 'none' } },
  'bundle-changeseat-from-both': { 'sam.daryn@example.com': { seats: seats(91319) } },
  'bundle-changeseat-to-both': { 'sarah.davidson@example.com': { seats: seats(85180, 85292) } },
  'bundle-changeseat-to-collab': { 'sarah.davidson@example.com': { seats: seats(85180) } },
  'accessory-add-notes-traveler': {
    'sarah.davidson@example.com': { seats: seats(86796, 91320), notes: { dn: 'Sarah Davidson/Acme' } },
  },
  'accessory-changeseat-keep-traveler': { 'sarah.davidson@example.com': { seats: seats(91320, 86796) } },
  'changestorage-collab': {
    'sam.daryn@example.com': { seats: [{ subscription: 85180, extraStorage: { files: 15, mail: 0 } }] },
  },
  'changestorage-mail': {
    'sam.daryn@example.com': { seats: [{ subscription: 85292, extraStorage: { files: 0, mail: 15 } }] },
  },
  'activation-force-ok': { 'federated.user16@example.com': { state: 'active', federationType: 'FEDERATED' } },
  'activation-invalid-value-fail': { 'nonfederated.user12@example.com': null },
  'fail-suppress-value': { 'lu.suarez@example.com': null },
  'fail-two-mail': { 'sam.daryn@example.com': null },
  'fail-unknown-action': { 'sam.daryn@example.com': { state: 'active' } },
  'fail-remove-company-contact': { 'admin@example.com': { state: 'active', companyContact: true } },
  'any-prv-file-of-held-customer': { 'sam.daryn@example.com': { state: 'active' } },
};
