/**
 * What the customers of the fault harness upload, and what the models say becomes of it: with one seed, file n of an
 * agent is the same in every run. Provisioning and bulk user files are generated for the models of test/model, directory
 * files are replayed in memory.
 */
import type { OrganisationFile } from '../../src/accounts/setup/organisation-file.ts';
import { MemoryDirectory, type Shown } from '../kinds/directory/directory.ts';
import { randomChange } from '../kinds/directory/random-changes.ts';
import { changeFileText } from '../model/change-file-text.ts';
import { ALL_OPERATIONS, generateEntry } from '../model/generate.ts';
import { CUSTOMER, generateOrganisations, OTHER_CUSTOMER } from '../model/generate-organisation.ts';
import { applyEntry } from '../model/model.ts';
import { seededRandom, type Random } from '../model/random.ts';
import type { Model } from '../model/accounts.ts';
import type { ModelRecord } from '../model/record.ts';
import { startModel } from '../model/state.ts';
import type { UsersWorld } from '../model/users.ts';
import { CREW, crewCustomer, CrewFiles } from './crew.ts';

/** One script of a customer, with a source of its own. */
export interface Agent {
  customer: number;
  login: 'acme' | 'other' | 'crew';
  door: 'ftps' | 'sftp';
  type: 'PRV' | 'DI' | 'USERS';
}

export const AGENTS: readonly Agent[] = [
  { customer: CUSTOMER, login: 'acme', door: 'ftps', type: 'PRV' },
  { customer: CUSTOMER, login: 'acme', door: 'sftp', type: 'DI' },
  { customer: OTHER_CUSTOMER, login: 'other', door: 'sftp', type: 'PRV' },
  { customer: CREW, login: 'crew', door: 'ftps', type: 'USERS' },
];

/** Its hourly cap binds all the time; an operator raises it (world.ts). */
export const CAPPED = OTHER_CUSTOMER;
/** Larger than any file of the capped customer, and reached by every few of them. */
export const FIRST_CAP = 15;
const CAPPED_ENTRIES_MAX = 8;

/** A change file, and what must become of it. */
export interface Upload {
  name: string;
  content: string;
  /** Codes of its entries; null where its name is refused. */
  codes: number[] | null;
}

/** Addresses of the other customer never change: what one customer may do does not hang on when the other does. */
const ON_OWN_PEOPLE = ['Update', 'Suspend', 'Resume', 'ResendInvitation', 'RevokeSeat'];
const ENTRIES_MAX = 12;
/** Now and then a file of several slices, and one with a name that no gate lets pass. */
const LARGE_EVERY = 20;
const LARGE_ENTRIES = 2_300;
const MISNAMED_EVERY = 9;
/** Below the ceilings that would stop the file (rules 13). */
const ERRORS_MAX = 60;

/** Makes the files of all agents, one after the other, and keeps them. */
export class Scenario {
  readonly organisations: OrganisationFile;
  /** By customer. */
  readonly #models: Map<number, Model>;
  readonly #directory = new MemoryDirectory();
  readonly #crew: CrewFiles;
  readonly #randoms: Map<Agent, Random>;
  readonly #made = new Map<Agent, Promise<Upload>[]>(AGENTS.map((agent) => [agent, []]));

  constructor(seed: number) {
    const crew = crewCustomer();
    const { customers } = generateOrganisations(seededRandom(seed));
    this.organisations = { customers: [...customers, crew] };
    this.#crew = new CrewFiles(crew);
    this.#models = new Map(
      customers.map((customer) => [
        customer.id,
        startModel(
          customer,
          customers.filter((one) => one !== customer),
        ),
      ]),
    );
    this.#randoms = new Map(AGENTS.map((agent, index) => [agent, seededRandom(seed * 10 + index)]));
  }

  /** @param file from 1 */
  async upload(agent: Agent, file: number): Promise<Upload> {
    const made = this.#made.get(agent);
    if (!made) throw new Error('no agent of the scenario');
    while (made.length < file) made.push(this.#make(agent, made.length + 1, made.at(-1)));
    return made[file - 1] as Promise<Upload>;
  }

  /** How many files an agent has so far: what the models say holds once all of them are uploaded. */
  made(agent: Agent): number {
    return this.#made.get(agent)?.length ?? 0;
  }

  /** What the model of a customer has come to with all files made so far. */
  model(customer: number): Model {
    if (customer === CREW) return this.users().model;
    const model = this.#models.get(customer);
    if (!model) throw new Error(`no model of ${customer}`);
    return model;
  }

  /** People and groups of the customer of bulk user files. */
  users(): UsersWorld {
    return this.#crew.world;
  }

  directory(): Shown {
    return this.#directory.shown();
  }

  async #make(agent: Agent, file: number, before: Promise<Upload> | undefined): Promise<Upload> {
    await before;
    const random = this.#randoms.get(agent) as Random;
    const { customer, type } = agent;
    if (type === 'PRV' && file % MISNAMED_EVERY === 0)
      return { name: `${customer}_HR_PRV_${file}x.csv`, content: 'emailAddress,action\n', codes: null };
    if (type === 'DI') {
      const content = Array.from({ length: 1 + random.below(ENTRIES_MAX) }, () => randomChange(random)).join(
        '',
      );
      const codes = (await this.#directory.codes(content)).map((code) => code ?? 0);
      return { name: `${customer}_LDAP_DI_${file}.ldif`, content, codes };
    }
    if (type === 'USERS') {
      const rows = file % LARGE_EVERY === LARGE_EVERY / 4 ? LARGE_ENTRIES : 1 + random.below(ENTRIES_MAX);
      return this.#crew.make(file, random, { rows, errorsMax: ERRORS_MAX });
    }
    const { records, codes } = this.#entries(agent, file, random);
    return { name: `${customer}_HR_PRV_${file}.csv`, content: changeFileText(records), codes };
  }

  #entries({ customer }: Agent, file: number, random: Random): { records: ModelRecord[]; codes: number[] } {
    const model = this.model(customer);
    const capped = customer === CAPPED;
    const large = !capped && file % LARGE_EVERY === LARGE_EVERY / 2;
    // A large file has no passwords: to hash them takes long.
    const operations = capped || large ? ON_OWN_PEOPLE : ALL_OPERATIONS;
    const wanted = large ? LARGE_ENTRIES : 1 + random.below(capped ? CAPPED_ENTRIES_MAX : ENTRIES_MAX);
    const records: ModelRecord[] = [];
    const codes: number[] = [];
    for (let errors = 0; records.length < wanted;) {
      const record = generateEntry(random, model, operations);
      const code = applyEntry(model, record);
      if (code !== 0 && (errors += 1) > ERRORS_MAX) continue;
      records.push(record);
      codes.push(code);
    }
    return { records, codes };
  }
}
