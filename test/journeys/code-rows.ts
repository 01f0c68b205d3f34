import { person, type WrittenCustomer, type WrittenSubscriber } from '../support/organisation.ts';

/** One row of code-selection.csv: where it stands, the code it gives, and an entry that reaches it. */
export interface CodeRow {
  /** `operation order`, as in the table. */
  row: string;
  code: number;
  record: Record<string, string>;
}

/** Rows that need the same settings of the customer; their entries go into one file. */
export interface CodeGroup {
  what: string;
  settings: Partial<WrittenCustomer>;
  people: WrittenSubscriber[];
  rows: CodeRow[];
}

const LONG = 'x'.repeat(256);
const names = { givenName: 'Nora', familyName: 'Newman' };
const INOTES = { subscriptionId: '85292', altEmailAddress: 'away@example.net' };
const NOTES = { subscriptionId: '86796', password: 'passw0rd' };

let people = 0;
const someone = (
  name: string,
  seats: number[] = [],
  more: Partial<WrittenSubscriber> = {},
): WrittenSubscriber =>
  person(`${name}@example.com`, seats, { givenName: name, familyName: 'Example', ...more });

/** An address nobody has. */
const fresh = (): string => `new${(people += 1)}@example.com`;

function of(operation: string): (order: number, code: number, record: Record<string, string>) => CodeRow {
  return (order, code, record) => ({
    row: `PRV ${operation} ${order}`,
    code,
    record: { action: operation, ...record },
  });
}

const add = (order: number, code: number, record: Record<string, string>): CodeRow =>
  of('Add')(order, code, { emailAddress: fresh(), ...names, ...record });
const update = of('Update');
const assign = of('AssignSeat');
const change = of('ChangeSeat');
const revoke = of('RevokeSeat');
const remove = of('Remove');
const rename = of('Rename');
const storage = of('ChangeStorage');
const at = (name: string): { emailAddress: string } => ({ emailAddress: `${name}@example.com` });

const ELSEWHERE = 'admin@other.example';

export const CODE_GROUPS: CodeGroup[] = [
  {
    what: 'an organisation of type partial without e-mail verification',
    settings: {},
    people: [
      someone('plain'),
      someone('collab', [85180]),
      someone('recipient', [85180]),
      someone('inotes', [85292]),
      someone('notes', [86796]),
      someone('bundle', [91319]),
      someone('both', [85180, 85292]),
      someone('traveler', [86796, 91320]),
      someone('leaving', [], { state: 'remove_pending' }),
      someone('asleep', [], { state: 'suspended' }),
      someone('unready', [], {
        state: 'pending',
        seats: [{ subscription: 85180, state: 'entitle_pending' }],
      }),
      someone('fed', [85180], { federationType: 'FEDERATED' }),
      someone('unregistered', [85180], { federationType: 'FEDERATED', state: 'pending' }),
    ],
    rows: [
      { row: 'PRV any 2', code: 1015, record: { ...at('plain'), action: '' } },
      { row: 'PRV any 3', code: 1031, record: { emailAddress: 'no address', action: 'Suspend' } },
      { row: 'PRV any 4', code: 9, record: { ...at('plain'), action: 'Update', department: LONG } },
      add(10, 9, { familyName: '' }),
      add(11, 1053, { givenName: LONG }),
      add(12, 1052, { familyName: LONG }),
      add(13, 1051, { jobTitle: 'x'.repeat(100) }),
      add(14, 9, { language: 'xx_XX' }),
      add(15, 1023, { timeZone: 'America/Boston' }),
      add(16, 1049, { country: 'USA' }),
      add(17, 1050, { country: 'XX' }),
      add(18, 1029, { altEmailAddress: 'nobody' }),
      add(19, 1058, { suppressInvitation: 'YES' }),
      add(20, 1095, { activation: 'MAYBE' }),
      add(21, 1057, { federationType: 'SOMETIMES' }),
      add(23, 1096, { activation: 'FORCE_ACTIVATION', federationType: 'NON_FEDERATED' }),
      add(24, 1054, at('leaving')),
      add(25, 1035, at('plain')),
      add(26, 1003, { subscriptionId: '1' }),
      add(27, 1024, { subscriptionId2: '1' }),
      add(28, 1063, { subscriptionId: '70001' }),
      add(29, 1037, { subscriptionId: '70002' }),
      add(31, 1003, { subscriptionId: '91320' }),
      add(32, 1025, { subscriptionId: '86796', subscriptionId2: '85292', password: 'passw0rd' }),
      add(33, 1026, { subscriptionId: '85180', subscriptionId2: '85181' }),
      add(34, 1088, { subscriptionId: '91319', subscriptionId2: '85180' }),
      add(35, 1027, { subscriptionId: '85180', password: 'passw0rd' }),
      add(36, 1028, { subscriptionId: '85180', altEmailAddress: 'away@example.net' }),
      add(37, 1030, { subscriptionId: '86796' }),
      add(38, 1072, { ...NOTES, password: 'short' }),
      add(41, 1006, { ...INOTES, emailAddress: 'somebody@example.org' }),
      add(42, 1055, { ...NOTES, notesTemplate: 'NoSuchTemplate' }),
      add(43, 1034, { ...NOTES, givenName: 'Notes', familyName: 'Example' }),
      add(44, 1007, { subscriptionId: '70003' }),
      add(45, 1097, {
        emailAddress: 'refused.1@example.com',
        federationType: 'FEDERATED',
        activation: 'FORCE_ACTIVATION',
      }),
      add(46, 1008, { emailAddress: 'refused.2@example.com' }),
      update(10, 1011, at('nobody')),
      update(11, 1055, { ...at('notes'), notesDN: 'Other Name/Acme' }),
      update(12, 1053, { ...at('plain'), givenName: LONG }),
      update(12, 1052, { ...at('plain'), familyName: LONG }),
      update(12, 1051, { ...at('plain'), jobTitle: 'x'.repeat(100) }),
      update(13, 9, { ...at('plain'), language: 'xx_XX' }),
      update(13, 1023, { ...at('plain'), timeZone: 'America/Boston' }),
      update(13, 1049, { ...at('plain'), country: 'USA' }),
      update(13, 1050, { ...at('plain'), country: 'XX' }),
      update(14, 1057, { ...at('plain'), federationType: 'SOMETIMES' }),
      update(15, 1055, { ...at('plain'), notesTemplate: 'mail90.ntf' }),
      update(16, 1008, { ...at('plain'), department: 'refused' }),
      of('Suspend')(10, 1011, at('nobody')),
      of('Suspend')(11, 1008, at('asleep')),
      of('Resume')(10, 1011, at('nobody')),
      of('Resume')(11, 1008, at('plain')),
      remove(10, 1011, at('nobody')),
      remove(11, 1002, at('admin')),
      remove(12, 1014, { ...at('collab'), assignTo: 'nobody@example.com' }),
      remove(13, 1013, { ...at('collab'), assignTo: ELSEWHERE }),
      remove(14, 1019, { ...at('inotes'), assignTo: 'recipient@example.com' }),
      remove(15, 1043, { ...at('collab'), assignTo: 'plain@example.com' }),
      remove(16, 1008, at('unremovable')),
      assign(10, 1011, at('nobody')),
      assign(11, 1079, at('plain')),
      assign(12, 1003, { ...at('plain'), subscriptionId: '1' }),
      assign(13, 1063, { ...at('plain'), subscriptionId: '70001' }),
      assign(15, 1020, { ...at('plain'), subscriptionId: '91320' }),
      assign(16, 1073, { ...at('collab'), subscriptionId: '85180' }),
      assign(17, 1088, { ...at('collab'), subscriptionId: '91319' }),
      assign(18, 1004, { ...at('notes'), ...INOTES }),
      assign(19, 1005, { ...at('collab'), subscriptionId: '85181' }),
      assign(20, 1030, { ...at('plain'), subscriptionId: '85292' }),
      assign(21, 1029, { ...at('plain'), subscriptionId: '85292', altEmailAddress: 'nobody' }),
      assign(22, 1058, { ...at('plain'), subscriptionId: '85180', suppressInvitation: 'YES' }),
      assign(24, 1034, {
        ...at('plain'),
        subscriptionId: '86796',
        altEmailAddress: 'a@example.net',
        notesDN: 'Notes Example/Acme',
      }),
      assign(24, 1055, {
        ...at('plain'),
        subscriptionId: '86796',
        altEmailAddress: 'a@example.net',
        notesTemplate: 'None',
      }),
      assign(25, 1007, { ...at('plain'), subscriptionId: '70003' }),
      assign(26, 1040, { ...at('refused'), subscriptionId: '85180' }),
      change(10, 1011, at('nobody')),
      change(11, 1079, at('collab')),
      change(12, 1021, { ...at('collab'), subscriptionId: '91320' }),
      change(13, 1024, { ...at('collab'), subscriptionId: '85179', subscriptionId2: 'KEEPALL' }),
      change(13, 1024, { ...at('collab'), subscriptionId: '91321', subscriptionId2: '86796' }),
      change(13, 1024, { ...at('collab'), subscriptionId: '86796', subscriptionId2: '91321' }),
      change(13, 1024, { ...at('bundle'), subscriptionId: '85180' }),
      change(14, 1020, { ...at('plain'), subscriptionId: '85179' }),
      change(14, 1020, { ...at('traveler'), subscriptionId: '91319' }),
      change(14, 1020, { ...at('bundle'), subscriptionId: '91319', subscriptionId2: '86796' }),
      change(14, 1020, { ...at('bundle'), subscriptionId: '91321', subscriptionId2: '91319' }),
      change(15, 1064, { ...at('collab'), subscriptionId: '85179', subscriptionId2: 'DELETEMAIL' }),
      change(16, 1030, { ...at('collab'), subscriptionId: '91319' }),
      change(17, 1022, { ...at('collab'), subscriptionId: '70003' }),
      change(18, 1066, { ...at('refused.holder'), subscriptionId: '85179' }),
      revoke(10, 1011, at('nobody')),
      revoke(11, 1017, { ...at('collab'), subscriptionId: '85180' }),
      revoke(12, 1018, { ...at('plain'), subscriptionId: 'COLLAB' }),
      revoke(13, 1019, { ...at('inotes'), subscriptionId: 'MAIL', assignTo: 'recipient@example.com' }),
      revoke(14, 1014, { ...at('collab'), subscriptionId: 'COLLAB', assignTo: 'nobody@example.com' }),
      revoke(15, 1013, { ...at('collab'), subscriptionId: 'COLLAB', assignTo: ELSEWHERE }),
      revoke(16, 1043, { ...at('collab'), subscriptionId: 'COLLAB', assignTo: 'plain@example.com' }),
      revoke(17, 1065, { ...at('refused.holder'), subscriptionId: 'COLLAB' }),
      rename(10, 1011, at('nobody')),
      rename(11, 1029, { ...at('plain'), altEmailAddress: '' }),
      rename(12, 1035, { ...at('plain'), altEmailAddress: 'collab@example.com' }),
      rename(13, 1006, { ...at('fed'), altEmailAddress: 'fed@example.org' }),
      rename(13, 1006, { ...at('notes'), altEmailAddress: 'notes@example.net' }),
      rename(14, 1048, { ...at('plain'), altEmailAddress: 'plainer@example.com' }),
      rename(16, 1048, { ...at('collab'), altEmailAddress: 'refused.3@example.com' }),
      of('ResendInvitation')(10, 1011, at('nobody')),
      of('ResendInvitation')(11, 1061, at('unready')),
      of('ResendInvitation')(12, 1008, at('plain')),
      of('ResendInvitation')(12, 1008, at('asleep')),
      of('ResendInvitation')(12, 1008, at('unregistered')),
      storage(10, 1011, at('nobody')),
      storage(11, 1003, { ...at('collab'), subscriptionId: '1', collabExtraStorage: '1' }),
      storage(12, 1041, { ...at('collab'), subscriptionId: '85180', collabExtraStorage: '1.5' }),
      storage(13, 1018, { ...at('plain'), subscriptionId: '85180', collabExtraStorage: '1' }),
      storage(14, 1042, { ...at('collab'), subscriptionId: '85180', mailExtraStorage: '1' }),
      storage(16, 1045, { ...at('collab'), subscriptionId: '85180', collabExtraStorage: '16' }),
      storage(18, 1085, { ...at('refused.holder'), subscriptionId: '85180', collabExtraStorage: '1' }),
    ],
  },
  {
    what: 'a non-federated organisation without mail, accessories and extra storage',
    settings: { federation: 'non_federated', notes: 'none', inotes: false, accessories: false },
    people: [someone('plain'), someone('collab', [85180]), someone('unfit', [85181])],
    rows: [
      add(22, 1056, { federationType: 'FEDERATED' }),
      add(30, 1090, { subscriptionId: '91320', subscriptionId2: '86796', password: 'passw0rd' }),
      add(39, 1086, NOTES),
      add(40, 1060, INOTES),
      update(14, 1056, { ...at('plain'), federationType: 'FEDERATED' }),
      assign(14, 1090, { ...at('plain'), subscriptionId: '91320' }),
      assign(23, 1086, { ...at('plain'), subscriptionId: '86796', altEmailAddress: 'a@example.net' }),
      assign(23, 1060, { ...at('plain'), ...INOTES }),
      storage(15, 1044, { ...at('collab'), subscriptionId: '85180', collabExtraStorage: '1' }),
    ],
  },
  {
    what: 'a hybrid organisation with extra storage for one subscription only',
    settings: { notes: 'hybrid' },
    people: [
      person('jayne.hybrid06@example.com', [57163], {
        givenName: 'Jayne',
        familyName: 'Hybrid06',
        notesDN: 'Jayne Hybrid06/HighAvail',
      }),
      someone('unfit', [85181]),
    ],
    rows: [
      rename(15, 1048, { ...at('jayne.hybrid06'), altEmailAddress: 'jayne.other@example.com' }),
      storage(17, 1089, { ...at('unfit'), subscriptionId: '85181', collabExtraStorage: '1' }),
    ],
  },
];

/** People whose changes the account store of the test refuses to write, for "anything else while writing". */
export const REFUSED: WrittenSubscriber[] = [
  someone('refused'),
  someone('refused.holder', [85180]),
  someone('unremovable'),
];

/** Subscriptions beside those of the fixtures: inactive, of a third party, full. */
export const MORE_SUBSCRIPTIONS: NonNullable<WrittenCustomer['subscriptions']> = [
  { id: 70_001, kind: 'collaboration', seats: 5, active: false },
  { id: 70_002, kind: 'third_party', seats: 5 },
  { id: 70_003, kind: 'collaboration', seats: 0, compatibleWith: [85_180] },
];
