/** A customer whose files can be taken back, and the ways to ask for it. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setUpOrganisations } from '../../src/accounts/setup/setup.ts';
import { undo, type ListedChange } from '../../src/actions/undo.ts';
import { finishRemovals } from '../../src/outbox/outbox.ts';
import { ACME, declared, fixtures, person, type WrittenCustomer } from '../support/organisation.ts';
import { openStation, type TestStation } from '../support/services.ts';

export interface UndoWorld extends AsyncDisposable {
  station: TestStation;
  /** Uploads a file and works it off. */
  send(name: string, content: string): Promise<void>;
  /** As the command asks. */
  ask(
    file: string,
    more?: { entries?: [number, number][]; dryRun?: boolean },
  ): Promise<{ undo: number | null; takenBack: number; leftOut: number; listed: ListedChange[] }>;
  /** Asks, and works it off. @returns the codes of what was listed before, in their order */
  undo(file: string, entries?: [number, number][]): Promise<string[]>;
  /** Names and contents of what undos have written. */
  told(): Promise<Map<string, string>>;
  finishRemovals(ms: number): Promise<void>;
}

const DAYS = 14;

export async function openUndoWorld(overlay: Partial<WrittenCustomer> = {}): Promise<UndoWorld> {
  const station = await openStation();
  const { database, services, folder } = station;
  const organisation = declared(
    await fixtures({
      types: ['PRV', 'DI', 'USERS', 'TECHNICIANS', 'SNAPSHOT'],
      sources: {
        google: { snapshot: { keeps: 'contacts', scope: 'all' } },
        ad: { snapshot: { keeps: 'accounts', scope: 'all' } },
      },
      technicianGroups: [{ id: 1001, name: 'Service desk' }],
      undo: { byFile: true },
      ...overlay,
      subscribers: [
        person('ann.lee', [85_180]),
        person('bob.lee'),
        person('eve.lee', [], { state: 'pending' }),
        ...(overlay.subscribers ?? []),
      ],
    }),
  );
  for (const customer of organisation.customers) customer.accounts = [];
  await setUpOrganisations(database, services.clock, organisation, 'enforce');
  const ask: UndoWorld['ask'] = async (file, { entries = null, dryRun = false } = {}) => {
    const listed: ListedChange[] = [];
    const parts = { database, clock: services.clock, undoDays: DAYS, changed: () => {} } as never;
    const channel = { send: async (one: ListedChange) => void listed.push(one) } as never;
    const input = { customer: ACME, file, entries, reason: 'a slip', dryRun };
    return { ...(await undo.run(parts, input, { kind: 'operator', name: 'root' }, channel)), listed };
  };
  return {
    station,
    send: async (name, content) => {
      await station.upload(name, content);
      await station.workOff();
    },
    ask,
    undo: async (file, entries) => {
      const { listed } = await ask(file, entries ? { entries } : {});
      await station.workOff();
      return listed.flatMap(({ remarks }) => remarks.map(({ code }) => code));
    },
    told: async () => {
      const reports = path.join(folder, '_report');
      const names = (await readdir(reports)).filter((name) => name.includes('_undo_')).sort();
      return new Map(
        await Promise.all(
          names.map(async (name) => [name, await readFile(path.join(reports, name), 'utf8')] as const),
        ),
      );
    },
    finishRemovals: (ms) => finishRemovals(services, ms),
    [Symbol.asyncDispose]: () => station[Symbol.asyncDispose](),
  };
}
