/** Technicians and their groups as an organisation file declares them. */
import { z } from 'zod';
import type { Transaction } from '../../database/open.ts';
import { OperatorFault } from '../../fault.ts';
import { operator } from '../../messages/en/operator.ts';
import { wholeNumber } from '../../value-faults.ts';
import type { Organisation, Subscriber, Technician } from '../subscribers/organisation.ts';
import { isSsoIdTaken, setTechnician } from '../subscribers/technician.ts';

/** In characters, as technician-columns.csv has them. */
const NAME_MAX = 128;
const DESCRIPTION_MAX = 1024;

export const declaredTechnician = z.strictObject({
  group: wholeNumber(1),
  homeGroup: wholeNumber(1).optional(),
  status: z.enum(['enabled', 'disabled']).optional(),
  name: z.string().trim().min(1).max(NAME_MAX).optional(),
  nickname: z.string().trim().max(NAME_MAX).optional(),
  ssoId: z.string().trim().max(NAME_MAX).optional(),
  description: z.string().trim().max(DESCRIPTION_MAX).optional(),
});
type DeclaredTechnician = z.output<typeof declaredTechnician>;

export const declaredTechnicianGroup = z.strictObject({
  id: wholeNumber(1),
  name: z.string().trim().min(1).max(255),
});
type DeclaredTechnicianGroup = z.output<typeof declaredTechnicianGroup>;

/** @returns whether it was created or changed */
export async function saveTechnicianGroup(
  tx: Transaction,
  customer: number,
  { id, name }: DeclaredTechnicianGroup,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into technician_group as stored (customer_id, id, name) values ($1, $2, $3)
     on conflict (customer_id, id) do update set name = excluded.name where stored.name <> excluded.name`,
    [customer, id, name],
  );
  return rowCount === 1;
}

/** Writes every key that the file names over what is stored. */
export function overwriteTechnician(
  organisation: Organisation,
  subscriber: Subscriber,
  declared: DeclaredTechnician | undefined,
): void {
  if (!declared) return;
  const { email, technician: stored } = subscriber;
  for (const group of [declared.group, declared.homeGroup])
    if (group !== undefined && !organisation.technicianGroups.has(group))
      throw new OperatorFault(operator.setup.noTechnicianGroup(organisation.id, email, group));
  const ssoId = (declared.ssoId === '' ? null : declared.ssoId) ?? null;
  if (ssoId !== null && isSsoIdTaken(organisation, ssoId, subscriber.id))
    throw new OperatorFault(operator.setup.ssoIdTaken(organisation.id, email, ssoId));
  const technician: Technician = {
    group: declared.group,
    homeGroup: declared.homeGroup ?? stored?.homeGroup ?? null,
    status: declared.status ?? stored?.status ?? 'enabled',
    name: declared.name ?? stored?.name ?? `${subscriber.givenName} ${subscriber.familyName}`.trim(),
    nickname: declared.nickname ?? stored?.nickname ?? '',
    ssoId: declared.ssoId === undefined ? (stored?.ssoId ?? null) : ssoId,
    description: declared.description ?? stored?.description ?? '',
  };
  setTechnician(organisation, subscriber, technician);
}
