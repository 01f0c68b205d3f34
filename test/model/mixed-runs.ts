/** Runs of provisioning, directory, bulk user and technician files and of lists in any order, in program and model. */
import { expect } from 'vitest';
import type { DeclaredCustomer, DeclaredSubscription } from '../../src/accounts/setup/organisation-file.ts';
import { organisationFileSchema } from '../../src/accounts/setup/organisation-file.ts';
import type { Database, Transaction } from '../../src/database/open.ts';
import type { TestDatabase } from '../support/database.ts';
import type { ModelSubscriber } from './accounts.ts';
import { changeFileText } from './change-file-text.ts';
import { ALL_OPERATIONS, generateEntry } from './generate.ts';
import { CUSTOMER, generateOrganisations } from './generate-organisation.ts';
import { TECHNICIAN_COLUMNS } from '../../src/tables/technician-columns.ts';
import { generateTechnician, type TechnicianCells } from './generate-technicians.ts';
import { generateUserRow, userFileText } from './generate-users.ts';
import { brokenInvariants } from './invariants.ts';
import { expectJournal, expectJournalOfAll } from './journal.ts';
import { applyEntry } from './model.ts';
import { runFile, startProgram } from './program.ts';
import { seededRandom, type Random } from './random.ts';
import { startModel } from './state.ts';
import { applyTechnician, liveTechnicians, type TechniciansWorld } from './technicians.ts';
import { differingPortraits, modelPortraits, storedPortraits } from './stored.ts';
import { modelExtras, storedExtras, storedGroups } from './stored-users.ts';
import {
  CONTACTS,
  contactList,
  LIST_SOURCES,
  mailOf,
  modelManaged,
  storedContacts,
  storedManaged,
  technicianList,
  type ListsWorld,
} from './mixed-lists.ts';
import { applyUserRow, type UsersWorld } from './users.ts';

const SEED = Number(process.env['SPOOLGATE_MIXED_SEED'] ?? 20_260_818);
const FILES = 24;

/** One file: its text, and the codes that the model gives its entries. */
export interface MixedFile {
  name: string;
  text: string;
  codes: number[];
  /** What the journal must tell of each entry that is done; null: see `journal.ts`. */
  done: (string | null)[];
  /** See `mixed-lists.ts`. */
  kept?: boolean[];
  /** The same of those who stand in no entry. */
  after?: string[];
}

export type MixedWorld = UsersWorld & TechniciansWorld & ListsWorld;
type World = MixedWorld;

/** @param dies whether the connection breaks at a random statement of every second file, which then runs again */
export async function expectMixedAsModel(database: TestDatabase, run: number, dies: boolean): Promise<void> {
  const random = seededRandom(SEED + run);
  const world = await startMixed(database, random);
  for (let number = 1; number <= FILES; number += 1) {
    const hasActor = world.model.subscribers.some(actsForFiles);
    const file = nextFile(random, world, number);
    const at = `run ${run}, ${file.name}: repeat with SPOOLGATE_MIXED_SEED=${SEED + run}\n${file.text}`;
    if (dies && random.percent(50)) await dieInside(database, file, 1 + random.below(12));
    expect(await runFile(database, file.name, file.text), at).toEqual(file.codes);
    await expectJournal(database, { ...file, hasActor }, at);
  }
  await expectSameState(database, world, `run ${run}`);
  await expectJournalOfAll(database, world, `run ${run}`);
}

/** Organisations in program and model. */
export async function startMixed(database: TestDatabase, random: Random): Promise<MixedWorld> {
  const organisations = organisationsOf(random);
  const [customer, ...others] = organisations.customers as [DeclaredCustomer, ...DeclaredCustomer[]];
  const groups = new Map([
    ['Default Group', random.percent(80)],
    ['Sales', true],
    ['Quiet', false],
  ] as const);
  customer.groups = [...groups].map(([name, canSend]) => ({
    name,
    canSend,
    default: name === 'Default Group',
  }));
  customer.sources = {
    sales: { group: 'Sales' },
    field: { technicianGroup: 1002 },
    ...LIST_SOURCES,
  };
  customer.technicianGroups = [1001, 1002].map((id) => ({ id, name: `Group ${id}` }));
  customer.users = { groupAdministrators: true };
  const world: World = {
    model: startModel(customer, others),
    extras: new Map(),
    groups,
    contacts: new Map(),
    managed: new Set(),
    organisation: customer.name,
    technicians: new Map(),
    licenses: { standard: 6, mobile: 3 },
    technicianGroups: [1001, 1002],
  };
  // Provisioning files know nothing of them.
  customer.subscriptions.push(licenses('standard', 6), licenses('mobile', 3));
  await startProgram(database, organisations);
  return world;
}

/** In whose name files are carried out. */
function actsForFiles({ companyContact, roles, state }: ModelSubscriber): boolean {
  return companyContact && state === 'active' && roles.includes('administrator');
}

function licenses(license: 'standard' | 'mobile', seats: number): DeclaredSubscription {
  const offer = { parts: [], needs: [], gigabytes: 0, compatibleWith: [], active: true, name: '' };
  return { ...offer, id: license === 'standard' ? 70_001 : 70_002, kind: 'license', license, seats };
}

function organisationsOf(random: Random) {
  return organisationFileSchema.parse(JSON.parse(JSON.stringify(generateOrganisations(random))));
}

export function nextFile(random: Random, world: World, number: number): MixedFile {
  const draw = random.below(14);
  if (draw < 3) return provisioningFile(random, world, number);
  if (draw < 6) return techniciansFile(random, world, number);
  if (draw < 8) return { name: `${CUSTOMER}_google_SNAPSHOT_${number}.csv`, ...contactList(random, world) };
  if (draw < 10)
    return { name: `${CUSTOMER}_adtech_SNAPSHOT_${number}.csv`, ...technicianList(random, world) };
  return draw < 11 ? directoryFile(random, world, number) : usersFile(random, world, number);
}

function provisioningFile(random: Random, { model }: World, number: number): MixedFile {
  const records = [];
  const codes = [];
  const done = [];
  for (let entry = 0; entry < 12; entry += 1) {
    const record = generateEntry(random, model, ALL_OPERATIONS);
    records.push(record);
    codes.push(applyEntry(model, record));
    done.push(DONE[record.action?.toLowerCase() ?? ''] ?? null);
  }
  return { name: `${CUSTOMER}_PRV_${number}.csv`, text: changeFileText(records), codes, done };
}

/** Of these each entry that is done has exactly one. */
const DONE: Readonly<Record<string, string>> = {
  add: 'ADDSUBSCRIBER',
  remove: 'REMOVESUBSCRIBER',
  suspend: 'SUSPENDSUBSCRIBER',
  resume: 'UNSUSPENDSUBSCRIBER',
};

/** Entries come and go, some of them managed by lists meanwhile. */
function directoryFile(random: Random, { contacts }: World, number: number): MixedFile {
  const codes: number[] = [];
  const done: string[] = [];
  const records = Array.from({ length: 6 }, () => {
    const person = random.below(CONTACTS);
    const dn = `cn=p${person},o=acme`;
    const there = contacts.has(dn);
    if (random.percent(50)) {
      codes.push(there ? 7 : 0);
      if (!there) contacts.set(dn, { mail: mailOf(person), displayName: 'P', title: '', isManaged: false });
      done.push('CREATE');
      return `dn: ${dn}\nchangetype: add\nobjectclass: inetOrgPerson\nsn: p\nmail: ${mailOf(person)}\ndisplayName: P\n`;
    }
    codes.push(there ? 0 : 8);
    contacts.delete(dn);
    done.push('DELETE');
    return `dn: ${dn}\nchangetype: delete\n`;
  });
  return { name: `${CUSTOMER}_DI_${number}.ldif`, text: records.join('\n'), codes, done };
}

const WORDS = [[], [], [], ['NOCREATE'], ['NOUPDATE'], ['NOGROUPS'], ['NOGROUPS', 'NOCREATE']];

function usersFile(random: Random, world: World, number: number): MixedFile {
  const words = random.pick(WORDS);
  const group = random.percent(20) ? 'Sales' : null;
  const rows = [];
  const codes = [];
  const done = [];
  for (let entry = 0; entry < 15; entry += 1) {
    const row = generateUserRow(random, world);
    rows.push(row);
    const { code, effect } = applyUserRow(world, row, { words, group });
    codes.push(code);
    done.push(effect === 'created' ? 'ADDSUBSCRIBER' : null);
  }
  const type = ['USERS', ...words].join('-');
  const name = `${CUSTOMER}_${group === null ? 'HR' : 'sales'}_${type}_${number}.csv`;
  return { name, text: userFileText(random, rows), codes, done };
}

function techniciansFile(random: Random, world: World, number: number): MixedFile {
  const chosen = random.percent(20) ? 1002 : null;
  const rows = [];
  const codes = [];
  const done = [];
  const known = world.model.subscribers.map(({ email }) => email);
  for (let entry = 0; entry < 8; entry += 1) {
    const row = generateTechnician(random, known);
    rows.push(row);
    const people = world.model.subscribers.length;
    codes.push(applyTechnician(world, row, chosen));
    done.push(world.model.subscribers.length > people ? 'ADDSUBSCRIBER' : null);
  }
  const isJson = random.percent(50);
  const name = `${CUSTOMER}_${chosen === null ? 'desk' : 'field'}_TECHNICIANS_${number}${isJson ? '.json' : '.csv'}`;
  return { name, text: isJson ? jsonText(rows) : csvText(random, rows), codes, done };
}

const COLUMNS = TECHNICIAN_COLUMNS.map(({ json_key: key }) => key);

function jsonText(rows: readonly TechnicianCells[]): string {
  return JSON.stringify(rows.map((row) => Object.fromEntries(COLUMNS.map((key) => [key, row[key] ?? null]))));
}

function csvText(random: Random, rows: readonly TechnicianCells[]): string {
  const header = TECHNICIAN_COLUMNS.map((row) => row.header);
  const separator = random.pick([',', ';', '\t']);
  const lines = [header, ...rows.map((row) => COLUMNS.map((key) => `"${row[key] ?? ''}"`))];
  return lines.map((cells) => cells.join(separator)).join('\r\n');
}

class Death extends Error {}

/** The connection breaks at the n-th statement of the file; nothing of it may stay. */
async function dieInside(database: Database, file: MixedFile, statement: number): Promise<void> {
  let statements = 0;
  const breaking: Database = {
    ...database,
    query: database.query.bind(database),
    transaction: (work) =>
      database.transaction(async (tx) => {
        const broken: Transaction = {
          ...tx,
          query: (...given: Parameters<Transaction['query']>) => {
            statements += 1;
            if (statements === statement) throw new Death('the connection broke');
            return tx.query(...given);
          },
        };
        const result = await work(broken);
        throw new Death(`the connection broke before the commit of ${JSON.stringify(result)}`);
      }),
  };
  await expect(runFile(breaking, file.name, file.text)).rejects.toThrow(Death);
}

export async function expectSameState(database: TestDatabase, world: World, at: string): Promise<void> {
  const differing = differingPortraits(await storedPortraits(database), modelPortraits(world.model));
  expect(differing[0] ?? null, `${at}; accounts that differ: ${differing.length}`).toBeNull();
  expect(await storedExtras(database, CUSTOMER), at).toEqual(modelExtras(world));
  expect(await storedTechnicians(database), at).toEqual(modelTechnicians(world));
  expect(await storedGroups(database, CUSTOMER), at).toEqual(world.groups);
  expect(await storedContacts(database, CUSTOMER), at).toEqual(Object.fromEntries(world.contacts));
  expect(await storedManaged(database, CUSTOMER), at).toEqual(modelManaged(world));
  expect(await brokenInvariants(database), at).toEqual([]);
}

async function storedTechnicians(database: TestDatabase): Promise<Record<string, unknown>> {
  const { rows } = await database.query<{ email: string; technician: unknown }>(
    `select email, json_build_object('status', t.status, 'group', group_id, 'name', name, 'nickname', nickname,
       'ssoId', coalesce(sso_id, ''), 'description', description,
       'standard', exists (select 1 from seat where subscriber_id = s.id and subscription_id = 70001),
       'mobile', exists (select 1 from seat where subscriber_id = s.id and subscription_id = 70002)) as technician
       from technician t join subscriber s on s.id = t.subscriber_id where s.customer_id = $1`,
    [CUSTOMER],
  );
  return Object.fromEntries(rows.map(({ email, technician }) => [email, technician]));
}

function modelTechnicians(world: World): Record<string, unknown> {
  return Object.fromEntries(liveTechnicians(world).map(([{ email }, technician]) => [email, technician]));
}
