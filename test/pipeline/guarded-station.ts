/** A customer with forty people and forty contacts, whose files a guard may hold. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { customerById } from '../../src/accounts/customers/customer.ts';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { approve } from '../../src/actions/approve.ts';
import type { Decided } from '../../src/actions/decide-held.ts';
import { discard } from '../../src/actions/discard.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { customerStatus } from '../../src/ledger/status.ts';
import { noteUpload } from '../../src/ledger/turn-queue.ts';
import { statusText } from '../../src/report/status-file.ts';
import { createIntake } from '../../src/spool/intake.ts';
import { writeFile } from 'node:fs/promises';
import { ACME, declared, fixtures, person, type WrittenCustomer } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';

export const PEOPLE = 40;
export const TYPES = ['PRV', 'DI', 'USERS', 'TECHNICIANS', 'SNAPSHOT'] as const;

export const address = (number: number) => `p${number}@example.com`;
export const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

export async function openGuardedStation(overlay: Partial<WrittenCustomer> = {}): Promise<TestStation> {
  const station = await openStation();
  const subscribers = numbers(1, PEOPLE).map((number) =>
    person(address(number), [85180], {
      givenName: `Person${number}`,
      familyName: 'Example',
      department: number <= 12 ? 'Sales' : 'Works',
    }),
  );
  const written = await fixtures({
    types: [...TYPES],
    subscribers,
    technicianGroups: [{ id: 1001, name: 'Desk' }],
    ...overlay,
  });
  const organisation = declared(written);
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(station.database, station.services.clock, organisation, 'enforce');
  return station;
}

/** Another setting of the same customer. */
export async function setGuards(station: TestStation, guards: WrittenCustomer['guards']): Promise<void> {
  const organisation = declared(await fixtures({ types: [...TYPES], guards }));
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(station.database, station.services.clock, organisation, 'enforce');
}

export const prv = (action: string, who: readonly number[], more: (number: number) => string = () => '') =>
  `emailAddress,action,altEmailAddress\n${who.map((number) => `${address(number)},${action},${more(number)}\n`).join('')}`;

export const users = (who: readonly number[], cells: (number: number) => string) =>
  `Email Address,Status,New Email Address\n${who.map((number) => `${address(number)},${cells(number)}\n`).join('')}`;

export const dn = (number: number) => `cn=Contact ${number},ou=dir,o=acme`;

export const ldif = (change: (number: number) => string, who: readonly number[]) =>
  who.map((number) => `dn: ${dn(number)}\n${change(number)}\n`).join('\n');

export const addContact = (number: number) =>
  `changetype: add\nobjectclass: inetOrgPerson\ncn: Contact ${number}\nsn: Contact\nmail: c${number}@example.com\ndisplayname: Contact ${number}\n`;

/** What a test asks of the station that it has at the moment. */
export class Guarded {
  readonly #station: () => TestStation;

  constructor(station: () => TestStation) {
    this.#station = station;
  }

  async run(name: string, content: string): Promise<void> {
    await this.#station().upload(name, content);
    await this.#station().workOff(200);
  }

  async fileOf(file: string) {
    const { rows } = await this.#station().database.query<{
      state: string;
      folder: string | null;
      code: number | null;
      hold: Record<string, unknown> | null;
      removals: number;
      written: number;
    }>(
      'select state, folder, code, hold, removals, written from change_file where name = $1 order by id desc limit 1',
      [file],
    );
    return rows[0];
  }

  async stateOf(file: string): Promise<string> {
    return (await this.fileOf(file))?.state ?? 'not there';
  }

  /** How many of the forty people are as they were. */
  async active(): Promise<number> {
    const { rows } = await this.#station().database.query<{ count: number }>(
      `select count(*)::int as count from subscriber where customer_id = ${ACME} and state in ('pending', 'active')
        and email like 'p%@example.com'`,
    );
    return rows[0]?.count ?? 0;
  }

  async contacts(): Promise<number> {
    const { rows } = await this.#station().database.query<{ count: number }>(
      `select count(*)::int as count from directory_entry where customer_id = ${ACME}`,
    );
    return rows[0]?.count ?? 0;
  }

  async status() {
    const { database, clock, caps } = this.#station().services;
    const facts = { caps, ...KINDS, listTypes: KINDS.listTypes };
    const status = await customerStatus(database, await customerById(database, ACME), facts, clock.now());
    return { status, text: statusText(status, clock.now()) };
  }

  async events(type: string) {
    const { rows } = await this.#station().database.query<{
      who: string | null;
      subject: string;
      data: object;
    }>('select who, subject, data from event where type = $1 order by id', [type]);
    return rows;
  }

  async approve(
    file: string,
    more: { people?: number; withoutRemovals?: boolean; reason?: string; name?: string } = {},
  ): Promise<Decided> {
    const { people = null, name = 'root', ...given } = more;
    const who = { kind: 'operator', name } as const;
    const done = await approve.run(
      this.#services(),
      { customer: ACME, file, people, ...given },
      who,
      {} as never,
    );
    await this.#station().workOff(200);
    return done;
  }

  async discard(file: string, reason?: string): Promise<Decided> {
    const who = { kind: 'operator', name: 'root' } as const;
    const asked = { customer: ACME, file, ...(reason === undefined ? {} : { reason }) };
    const done = await discard.run(this.#services(), asked, who, {} as never);
    await this.#station().workOff(200);
    return done;
  }

  /** An answer that a login has uploaded. */
  async answer(name: string, content: string, login: string | null): Promise<void> {
    await this.enter(name, content, login);
    await this.#station().workOff(200);
  }

  async enter(name: string, content: string, login: string | null): Promise<void> {
    const { database, clock, journal, spool } = this.#station().services;
    await writeFile(path.join(this.#station().folder, name), content);
    const intake = createIntake({ database, clock, journal, spool, types: KINDS.types });
    await intake.announced(ACME, name, login === null ? null : { login, address: '192.0.2.7' });
    await noteUpload(database, ACME, clock.now(), 0);
  }

  #services() {
    const { database, clock } = this.#station().services;
    return { database, clock, changed: () => {} } as never;
  }

  async lastReport(): Promise<string> {
    const { rows } = await this.#station().database.query<{ name: string }>(
      'select report_name as name from batch where report_name is not null order by id desc limit 1',
    );
    return readFile(path.join(this.#station().folder, '_report', rows[0]?.name ?? ''), 'utf8');
  }

  /** Codes of the trace, in their order; null: there is none. */
  async traced(folder: string, file: string): Promise<number[] | null> {
    const name = file.replace(/(\.\w+)$/, '_trace$1');
    if (!(await readdir(path.join(this.#station().folder, folder))).includes(name)) return null;
    const text = await readFile(path.join(this.#station().folder, folder, name), 'utf8');
    return text
      .split('\n')
      .flatMap((line) => /^\d+,\d+,(\d+)/.exec(line)?.[1] ?? [])
      .map(Number);
  }
}
