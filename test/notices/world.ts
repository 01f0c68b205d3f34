/** Notices without a daemon: a database, a clock, receivers, and the two halves that a daemon runs. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { NewEvent } from '../../src/events/catalog.ts';
import { followEvents } from '../../src/events/follow.ts';
import { record } from '../../src/events/record.ts';
import type { DeclaredEndpoint } from '../../src/notice-settings.ts';
import { CUSTOMER_TYPES, MAIL_TYPES } from '../../src/notice-types.ts';
import { Deliveries } from '../../src/notices/deliver.ts';
import type { DeliveryParts } from '../../src/notices/parts.ts';
import { listEndpoints, saveEndpoints, type ShownEndpoint } from '../../src/notices/endpoints.ts';
import { noticeTell } from '../../src/notices/put-in.ts';
import { TestClock } from '../support/clock.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const CUSTOMER = 1;

export interface NoticesWorld extends AsyncDisposable {
  database: TestDatabase;
  clock: TestClock;
  /** Folder with the file `erp`. */
  secrets: string;
  /** Lanes of one daemon, of which there may be several. */
  deliveries: (parts?: Partial<DeliveryParts>) => Deliveries;
  declare: (endpoints: readonly DeclaredEndpoint[], customer?: number | null) => Promise<void>;
  record: (...events: NewEvent[]) => Promise<void>;
  /** Tells the follower all there is. */
  putIn: () => Promise<void>;
  /** Puts in, and delivers until nothing is due. */
  deliver: (deliveries?: Deliveries) => Promise<void>;
  endpoint: (name: string) => Promise<ShownEndpoint>;
  observed: string[];
}

export const webhook = (
  name: string,
  target: string,
  more: Partial<DeclaredEndpoint> = {},
): DeclaredEndpoint => ({
  kind: 'webhook',
  name,
  target,
  types: CUSTOMER_TYPES,
  format: 'standard',
  secret: 'erp',
  ...more,
});

export const mailTo = (to: string, types: readonly string[] = MAIL_TYPES): DeclaredEndpoint => ({
  kind: 'mail',
  name: to,
  target: to,
  types,
  format: 'standard',
  secret: null,
});

export const applied = (file: string, customer = CUSTOMER): NewEvent => ({
  type: 'file.applied',
  customer,
  subject: file,
  data: { entries: 2, written: 2, readErrors: 0, writeErrors: 0, ms: 1 },
});

export const received = (file: string, customer = CUSTOMER): NewEvent => ({
  type: 'file.received',
  customer,
  subject: file,
  data: { bytes: 10 },
});

export const refused = (file: string, customer = CUSTOMER): NewEvent => ({
  type: 'file.refused',
  customer,
  subject: file,
  data: { code: 4, reason: 'ERROR_SEQUENCE' },
});

export async function openWorld(tell = noticeTell): Promise<NoticesWorld> {
  await using opened = new AsyncDisposableStack();
  const database = await cloneDatabase();
  opened.defer(() => database.drop());
  const secrets = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-notices-'));
  opened.defer(() => rm(secrets, { recursive: true, force: true }));
  await writeFile(path.join(secrets, 'erp'), `${SECRET}\n`);
  await chmod(path.join(secrets, 'erp'), 0o600);
  await database.query(
    `insert into customer (id, name, folder) values (1, 'Acme', 'acme'), (2, 'Other', 'other')`,
  );
  const clock = new TestClock();
  const observed: string[] = [];
  const deliveries = (parts: Partial<DeliveryParts> = {}) =>
    new Deliveries({
      database,
      clock,
      rules: { allowNetworks: ['127.0.0.0/8'], allowHttp: true, timeoutMs: 10_000 },
      secrets,
      sendMail: null,
      mailHost: 'spoolgate.test',
      chance: () => 0,
      pace: { turn: async () => {} },
      stopping: new AbortController().signal,
      observe: (topic, result) => void observed.push(`${topic} ${result}`),
      ...parts,
    });
  const usual = deliveries();
  const told = tell(() => clock.now());
  const putIn = () => followEvents(database, told, 'notices');
  const all = opened.move();
  return {
    database,
    clock,
    secrets,
    observed,
    deliveries,
    putIn,
    declare: async (endpoints, customer = CUSTOMER) =>
      void (await database.transaction((tx) => saveEndpoints(tx, customer, endpoints, clock.now()))),
    record: (...events) => database.transaction((tx) => record(tx, clock.now(), ...events)),
    deliver: async (lanes = usual) => {
      await putIn();
      await deliverAll(lanes);
    },
    endpoint: async (name) => {
      const found = (await listEndpoints(database, null)).find((one) => one.name === name);
      if (!found) throw new Error(`there is no ${name}`);
      return found;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Until nothing is due. */
export async function deliverAll(lanes: Deliveries): Promise<void> {
  const faults: unknown[] = [];
  await lanes.fill((fault) => void faults.push(fault));
  await lanes.idle();
  if (faults.length > 0) throw faults[0];
}
