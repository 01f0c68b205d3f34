/** What the demo plays with: an organisation with a handful of people, and its change files. */

export const DEMO_CUSTOMER = 1000001;
export const DEMO_LOGIN = 'acme-hr';

/** The first two files have twelve entries: they fit, and the third does not. */
const HOURLY_CAP = 14;
export const RAISED_CAP = 750;

/** An hour that ends in the middle of the story would let the third file pass: there, hours begin at half past. */
const LAST_MINUTE = 50;

/** @param passwordHash of the one access account; the password itself is written nowhere */
export function demoOrganisation(passwordHash: string, now: Date): string {
  return `customers:
  - id: ${DEMO_CUSTOMER}
    name: Acme
    folder: acme
    domains: [example.com]
    mailDomains: [example.com]
    federation: non_federated
    types: [PRV, SNAPSHOT]
    sources:
      directory: { snapshot: { keeps: accounts } }
    timeZone: ${now.getUTCMinutes() < LAST_MINUTE ? 'UTC' : 'Asia/Kolkata'}
    throttle: { hourly: ${HOURLY_CAP} }
    subscriptions:
      - { id: 85180, kind: collaboration, name: Meetings, seats: 8 }
      - { id: 85292, kind: mail, mail: inotes, name: Mail, seats: 3 }
      - { id: 91319, kind: bundle, parts: [collaboration, inotes], name: Meetings and mail, seats: 5 }
    subscribers:
      - email: admin@example.com
        givenName: Ada
        familyName: Admin
        roles: [user, administrator]
        companyContact: true
        state: active
        seats: [85180]
      - { email: sam.daryn@example.com, givenName: Sam, familyName: Daryn, state: active, seats: [85180, 85292] }
      - { email: tom.lind@example.com, givenName: Tom, familyName: Lind, state: active, seats: [85180] }
      - { email: mia.holm@example.com, givenName: Mia, familyName: Holm, state: suspended, seats: [91319] }
      - { email: olga.berg@example.com, givenName: Olga, familyName: Berg, state: active, seats: [91319] }
      - { email: per.dahl@example.com, givenName: Per, familyName: Dahl, state: active, seats: [85180] }
    accounts:
      - login: ${DEMO_LOGIN}
        passwordHash: ${passwordHash}
        rights: [upload, download, delete, decide]
`;
}

export interface DemoFile {
  name: string;
  text: string;
}

const HEADER =
  'emailAddress,action,subscriptionId,givenName,familyName,jobTitle,timeZone,altEmailAddress,assignTo\n';

/** Every entry is fine. */
export const CLEAN_FILE: DemoFile = {
  name: `${DEMO_CUSTOMER}_HR_PRV_1.csv`,
  text: `${HEADER}lena.vik@example.com,Add,85180,Lena,Vik,Engineer,Europe/Paris,,
ivo.babic@example.com,Add,85292,Ivo,Babic,Buyer,Europe/Belgrade,ivo@example.net,
sam.daryn@example.com,Update,,,Daryn-Cole,Team lead,,,
tom.lind@example.com,Suspend,,,,,,,
mia.holm@example.com,Resume,,,,,,,
olga.berg@example.com,Remove,,,,,,,sam.daryn@example.com
`,
};

/** Three different faults beside three good entries: an address that exists, a time zone and an action that do not. */
export const FAULTY_FILE: DemoFile = {
  name: `${DEMO_CUSTOMER}_HR_PRV_2.csv`,
  text: `${HEADER}nils.moe@example.com,Add,85180,Nils,Moe,Analyst,Europe/Warsaw,,
lena.vik@example.com,Add,85180,Lena,Vik,Engineer,Europe/Paris,,
mia.holm@example.com,Update,,,,Designer,America/Boston,,
tom.lind@example.com,Promote,,,,Director,,,
mia.holm@example.com,Update,,,Holm-Lie,Designer,Europe/Rome,,
per.dahl@example.com,Update,,Peer,,,,,
`,
};

/** Four good entries more than fit into the hour. */
export const WAITING_FILE: DemoFile = {
  name: `${DEMO_CUSTOMER}_HR_PRV_3.csv`,
  text: `emailAddress,action,jobTitle
lena.vik@example.com,Update,Lead engineer
ivo.babic@example.com,Update,Head of purchasing
nils.moe@example.com,Update,Senior analyst
per.dahl@example.com,Update,Technician
`,
};

/** For the person at the keyboard. */
export const HAND_FILE: DemoFile = {
  name: `${DEMO_CUSTOMER}_HR_PRV_4.csv`,
  text: `${HEADER}rosa.luna@example.com,Add,91319,Rosa,Luna,Editor,Europe/Paris,,
nobody@example.com,Suspend,,,,,,,
per.dahl@example.com,Suspend,,,,,,,
`,
};

/** Everybody of a directory, who are all there already. */
export const FULL_LIST: DemoFile = {
  name: `${DEMO_CUSTOMER}_directory_SNAPSHOT_1.csv`,
  text: `emailAddress,department
admin@example.com,IT
sam.daryn@example.com,IT
mia.holm@example.com,Sales
per.dahl@example.com,Sales
lena.vik@example.com,Sales
ivo.babic@example.com,Sales
nils.moe@example.com,Sales
`,
};

/** The next night's export has lost a department. */
export const SHORT_LIST: DemoFile = {
  name: `${DEMO_CUSTOMER}_directory_SNAPSHOT_2.csv`,
  text: `emailAddress,department
admin@example.com,IT
sam.daryn@example.com,IT
`,
};

/** Who uploads it says that the list is wrong. */
export const DISCARD: DemoFile = { name: `${SHORT_LIST.name}.discard`, text: '' };

/** For the person at the keyboard: it is the same wrong list once more. */
export const CHECKED_LIST: DemoFile = {
  name: `${DEMO_CUSTOMER}_directory_SNAPSHOT_3.csv`,
  text: SHORT_LIST.text,
};

/** Everybody whom the files name, in the order of their first appearance. */
export function namedAddresses(...files: DemoFile[]): string[] {
  const rows = files.flatMap(({ text }) => text.trim().split('\n').slice(1));
  return [...new Set(rows.map((row) => row.split(',')[0] ?? ''))];
}
