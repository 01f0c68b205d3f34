import { z } from 'zod';
import type { Transaction } from '../database/open.ts';
import { OperatorFault } from '../fault.ts';
import { operator } from '../messages/en/operator.ts';
import {
  enable,
  listDeliveries,
  putInTest,
  resendOne,
  resendSince,
  type ShownDelivery,
} from '../notices/acts.ts';
import { endpointById, listEndpoints, type ShownEndpoint } from '../notices/endpoints.ts';
import { quoted } from '../shown-text.ts';
import { action, operators } from './action.ts';

export type { ShownDelivery, ShownEndpoint };

export const DELIVERIES_MAX = 10_000;
const words = operator.notices;

/** Who is told, and what became of it. */
export const notices = action({
  name: 'notices',
  input: z.strictObject({ customer: z.int().nullable() }),
  allowed: operators,
  run: async ({ database, hasMailServer }, { customer }) => ({
    endpoints: await listEndpoints(database, customer),
    hasMailServer,
  }),
});

/** Notices that wait, or that were given up: the newest, oldest first. */
export const noticesList = action({
  name: 'notices-list',
  input: z.strictObject({
    customer: z.int().nullable(),
    state: z.enum(['waiting', 'failed']),
    limit: z.int().min(1).max(DELIVERIES_MAX),
  }),
  allowed: operators,
  run: async ({ database }, question) => ({ notices: await listDeliveries(database, question) }),
});

export const noticesTest = action({
  name: 'notices-test',
  input: z.strictObject({ endpoint: z.int() }),
  allowed: operators,
  run: async ({ database, clock }, { endpoint: id }, { name: who }) =>
    database.transaction(async (tx) => {
      const endpoint = await endpointOf(tx, id);
      if (endpoint.disabled) throw new OperatorFault(words.isDisabled(quoted(endpoint.name)));
      return { event: await putInTest(tx, endpoint, { who, now: clock.now() }), name: endpoint.name };
    }),
});

export const noticesEnable = action({
  name: 'notices-enable',
  input: z.strictObject({ endpoint: z.int() }),
  allowed: operators,
  run: async ({ database, clock }, { endpoint: id }, { name: who }) =>
    database.transaction(async (tx) => {
      const endpoint = await endpointOf(tx, id);
      const waiting = await enable(tx, endpoint, { who, now: clock.now() });
      return { enabled: waiting !== null, waiting: waiting ?? 0, name: endpoint.name };
    }),
});

/** One notice, by its number, to all who were told; or all of an endpoint since a moment. */
export const noticesResend = action({
  name: 'notices-resend',
  input: z.strictObject({
    event: z
      .string()
      .regex(/^\d{1,18}$/)
      .nullable(),
    endpoint: z.int().nullable(),
    since: z.iso.datetime().nullable(),
  }),
  allowed: operators,
  run: async ({ database, clock }, { event, endpoint: id, since }, { name: who }) =>
    database.transaction(async (tx) => {
      const act = { who, now: clock.now() };
      if (event !== null) {
        const names = await resendOne(tx, event, act);
        if (names.length === 0) throw new OperatorFault(words.noNotice(event), 3);
        return { count: names.length };
      }
      if (id === null || since === null) throw new OperatorFault(words.resendWhat, 2);
      return { count: await resendSince(tx, await endpointOf(tx, id), new Date(since), act) };
    }),
});

async function endpointOf(tx: Transaction, id: number) {
  const endpoint = await endpointById(tx, id);
  if (!endpoint) throw new OperatorFault(words.noEndpoint(id));
  return endpoint;
}
