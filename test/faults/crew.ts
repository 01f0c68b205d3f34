/** A customer whose people and groups bulk user files alone change; no other customer can have their addresses. */
import { organisationFileSchema, type DeclaredCustomer } from '../../src/accounts/setup/organisation-file.ts';
import { generateUserRow, userFileText } from '../model/generate-users.ts';
import { PEOPLE } from '../model/people.ts';
import type { Random } from '../model/random.ts';
import { startModel } from '../model/state.ts';
import { applyUserRow, type UserCells, type UsersWorld } from '../model/users.ts';

export const CREW = 1_000_004;

const STARTING_PEOPLE = 20;
const POOL = PEOPLE.slice(0, 80).map((person) => ({
  ...person,
  email: person.email.replace('@', '@crew.'),
}));
const GROUPS = [
  { name: 'Default Group', default: true },
  { name: 'Sales' },
  { name: 'Quiet', canSend: false },
];
const WORDS = [[], [], [], ['NOCREATE'], ['NOUPDATE'], ['NOGROUPS'], ['NOGROUPS', 'NOCREATE']];

export function crewCustomer(): DeclaredCustomer {
  const subscribers = POOL.slice(0, STARTING_PEOPLE).map(({ email, givenName, familyName }, index) => ({
    email,
    givenName,
    familyName,
    state: index % 5 === 4 ? 'suspended' : 'active',
    ...(index < 2 ? { roles: ['administrator', 'user'], companyContact: index === 0 } : {}),
  }));
  const customer = {
    id: CREW,
    name: 'Crew',
    domains: ['crew.example.com'],
    emailVerification: true,
    groups: GROUPS,
    subscribers,
  };
  return organisationFileSchema.parse({ customers: [customer] }).customers[0] as DeclaredCustomer;
}

interface CrewFile {
  name: string;
  content: string;
  codes: number[];
}

/** Its files, one after the other, and what the model makes of them. */
export class CrewFiles {
  readonly world: UsersWorld;

  constructor(customer: DeclaredCustomer) {
    const groups = new Map(GROUPS.map(({ name, canSend = true }) => [name, canSend]));
    this.world = { model: startModel(customer, []), extras: new Map(), groups };
  }

  /** @param errorsMax rows with a fault beyond these are left out */
  make(
    file: number,
    random: Random,
    { rows: wanted, errorsMax }: { rows: number; errorsMax: number },
  ): CrewFile {
    // With an option off a long file would come to an end only by chance: its rows are skipped.
    const words = wanted > errorsMax ? [] : random.pick(WORDS);
    const rows: UserCells[] = [];
    const codes: number[] = [];
    for (let errors = 0; rows.length < wanted;) {
      const row = generateUserRow(random, this.world, POOL);
      const { code } = applyUserRow(this.world, row, { words, group: null });
      if (code !== 0 && (errors += 1) > errorsMax) continue;
      rows.push(row);
      codes.push(code);
    }
    const type = ['USERS', ...words].join('-');
    return { name: `${CREW}_HR_${type}_${file}.csv`, content: userFileText(random, rows), codes };
  }
}
