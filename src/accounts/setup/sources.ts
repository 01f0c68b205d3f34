/** What an organisation file says of sources: what their files may do, and what their full lists keep. */
import { z } from 'zod';
import { GUARD } from '../../change-file/danger.ts';
import type { Transaction } from '../../database/open.ts';
import { OperatorFault } from '../../fault.ts';
import { configuration as words } from '../../messages/en/configuration.ts';
import { operator } from '../../messages/en/operator.ts';
import { wholeNumber } from '../../value-faults.ts';
import { customerById, WEEKDAYS, type SnapshotSettings, type SourceSettings } from '../customers/customer.ts';
import { guardsSchema } from './guards.ts';
import { unknownGroups } from '../groups/declared.ts';
import { hashPassword, verifyPassword } from '../passwords/password-hash.ts';
import { brokenPasswordRule } from '../passwords/password-policy.ts';

/** No name is known of those who will get it. */
const NOBODY = { email: '', givenName: '', familyName: '' };

const initialPassword = z
  .string()
  .refine((text) => brokenPasswordRule(text, NOBODY) === null, words.values.initialPassword);

const snapshot = z
  .strictObject({
    keeps: z.enum(['contacts', 'accounts', 'technicians']),
    scope: z.enum(['all', 'group']).optional(),
    group: z.string().trim().min(1).max(255).optional(),
    technicianGroup: wholeNumber(1).optional(),
    initialPassword: initialPassword.optional(),
    guard: z
      .strictObject({
        percent: wholeNumber(0, 100).default(GUARD.percent),
        people: wholeNumber(0).default(GUARD.people),
      })
      .prefault({}),
  })
  .superRefine(({ keeps, scope, group, ...given }, context) => {
    const fault = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (scope === 'group' && group === undefined) fault('group', words.values.neededWithScope);
    if (scope === 'all' && group !== undefined) fault('group', words.values.notWithScopeAll);
    for (const key of ['technicianGroup', 'initialPassword'] as const) {
      const isGiven = given[key] !== undefined;
      if (isGiven && keeps !== 'technicians') fault(key, words.values.onlyWithTechnicians);
      if (!isGiven && keeps === 'technicians') fault(key, words.values.neededWithTechnicians);
    }
  });

const feed = z.strictObject({
  days: z.array(z.enum(WEEKDAYS)).min(1).default(['mon', 'tue', 'wed', 'thu', 'fri']),
  by: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/u, words.values.timeOfDay),
  graceMinutes: wholeNumber(1, 1_440).default(60),
});

type DeclaredSnapshot = z.output<typeof snapshot>;

/** @param groupName what a group of users may be called */
export function sourcesSchema(groupName: z.ZodType<string>) {
  return z.record(
    z.string(),
    z.strictObject({
      group: groupName.optional(),
      technicianGroup: wholeNumber(1).optional(),
      snapshot: snapshot.optional(),
      guards: guardsSchema.optional(),
      feeds: z.record(z.string(), z.union([z.literal('none'), feed])).optional(),
    }),
  );
}

export type DeclaredSources = z.output<ReturnType<typeof sourcesSchema>>;

/**
 * As they are stored: no password, but its hash. A password that fits the stored hash is not hashed again: carrying the same
 * file out twice changes nothing.
 */
export async function storedSources(
  tx: Transaction,
  customer: number,
  declared: DeclaredSources,
): Promise<Record<string, SourceSettings>> {
  const { sources: before } = await customerById(tx, customer);
  const entries: [string, SourceSettings][] = [];
  for (const [name, { snapshot: given, ...settings }] of Object.entries(declared)) {
    const hash = Object.hasOwn(before, name) ? before[name]?.snapshot?.initialPasswordHash : null;
    const kept = given && { snapshot: await storedSnapshot(given, hash ?? null) };
    entries.push([name, { ...settings, ...kept }]);
  }
  return Object.fromEntries(entries);
}

async function storedSnapshot(
  { keeps, scope, group, technicianGroup, initialPassword: password, guard }: DeclaredSnapshot,
  before: string | null,
): Promise<SnapshotSettings> {
  return {
    keeps,
    scope: scope ?? (group === undefined ? 'all' : 'group'),
    group: group ?? null,
    technicianGroup: technicianGroup ?? null,
    initialPasswordHash: password === undefined ? null : await hashOf(password, before),
    guard,
  };
}

async function hashOf(password: string, before: string | null): Promise<string> {
  return before !== null && (await verifyPassword(password, before)) ? before : hashPassword(password);
}

/** A source that acts for a group that is not there could do nothing. */
export async function expectGroupsOfSources(
  tx: Transaction,
  customer: number,
  declared: DeclaredSources,
): Promise<void> {
  const all = Object.values(declared);
  const [unknown] = await unknownGroups(
    tx,
    customer,
    all.flatMap(({ group }) => group ?? []),
  );
  if (unknown !== undefined) throw new OperatorFault(operator.setup.noGroupOfSource(customer, unknown));
  const wanted = all.flatMap(({ technicianGroup, snapshot: list }) => [
    technicianGroup,
    list?.technicianGroup,
  ]);
  const { rows } = await tx.query<{ id: number }>('select id from technician_group where customer_id = $1', [
    customer,
  ]);
  const known = new Set(rows.map(({ id }) => id));
  const missing = wanted.find((id) => id !== undefined && !known.has(id));
  if (missing !== undefined)
    throw new OperatorFault(operator.setup.noTechnicianGroupOfSource(customer, missing));
}
