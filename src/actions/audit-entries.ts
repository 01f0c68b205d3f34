import { z } from 'zod';
import { auditEntries } from '../events/sinks/audit.ts';
import { action, operators } from './action.ts';

export const AUDIT_ENTRIES_MAX = 10_000;

export const auditTrail = action({
  name: 'audit',
  input: z.strictObject({
    customer: z.int().nullable(),
    file: z.string().nullable(),
    login: z.string().nullable(),
    since: z.iso.datetime().nullable(),
    limit: z.int().min(1).max(AUDIT_ENTRIES_MAX),
  }),
  allowed: operators,
  run: async ({ database }, { since, ...question }) => ({
    entries: await auditEntries(database, { ...question, since: since === null ? null : new Date(since) }),
  }),
});
