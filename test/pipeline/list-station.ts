/** A customer whose source `google` keeps contacts by full lists, and has sent one of fifty people. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { customerById } from '../../src/accounts/customers/customer.ts';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { approve } from '../../src/actions/approve.ts';
import { discard } from '../../src/actions/discard.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { customerStatus } from '../../src/ledger/status.ts';
import { statusText } from '../../src/report/status-file.ts';
import { ACME, declared, fixtures } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';

export async function openListStation(): Promise<TestStation> {
  const station = await openStation();
  const organisation = declared(
    await fixtures({
      types: ['PRV', 'DI', 'SNAPSHOT'],
      sources: { google: { snapshot: { keeps: 'contacts', scope: 'all' } } },
    }),
  );
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(station.database, station.services.clock, organisation, 'enforce');
  await station.upload(name(1), list(1, 50));
  await station.workOff();
  return station;
}

export const name = (number: number) => `1000001_google_SNAPSHOT_${number}.csv`;

export function list(first: number, last: number): string {
  const lines = Array.from({ length: last - first + 1 }, (_, index) => {
    const number = first + index;
    return `p${number}@example.com,Person ${number}\n`;
  });
  return `mail,displayName\n${lines.join('')}`;
}

export const HELD = { state: 'held', folder: null, code: null };
export const APPLIED = { state: 'filed', folder: '_processed', code: null };
export const DISCARDED = { state: 'filed', folder: '_error', code: 2202 };

/** What a test asks of the station that it has at the moment. */
export class ListsOf {
  readonly #station: () => TestStation;

  constructor(station: () => TestStation) {
    this.#station = station;
  }

  async people(): Promise<number> {
    const { rows } = await this.#station().database.query<{ count: number }>(
      `select count(*)::int as count from directory_entry where managed_by_source = 'google'`,
    );
    return rows[0]?.count ?? 0;
  }

  async fileOf(file: string) {
    const { rows } = await this.#station().database.query<{
      state: string;
      folder: string | null;
      code: number | null;
    }>('select state, folder, code from change_file where name = $1 order by id desc limit 1', [file]);
    return rows[0];
  }

  /** Of the full lists of the source, as operators and customers see them. */
  async lists() {
    const { database, clock } = this.#station().services;
    const facts = { caps: this.#station().services.caps, ...KINDS, listTypes: KINDS.listTypes };
    const status = await customerStatus(database, await customerById(database, ACME), facts, clock.now());
    return { status, text: statusText(status, clock.now()) };
  }

  actions() {
    const { database, clock } = this.#station().services;
    const services = { database, clock, changed: () => {} } as never;
    const who = { kind: 'operator', name: 'root' } as const;
    return {
      approve: (file: string, count: number | null = null) =>
        approve.run(services, { customer: ACME, file, people: count }, who, {} as never),
      discard: (file: string) => discard.run(services, { customer: ACME, file }, who, {} as never),
    };
  }

  async lastReport(): Promise<string> {
    const { rows } = await this.#station().database.query<{ name: string }>(
      'select report_name as name from batch where report_name is not null order by id desc limit 1',
    );
    return readFile(path.join(this.#station().folder, '_report', rows[0]?.name ?? ''), 'utf8');
  }
}
