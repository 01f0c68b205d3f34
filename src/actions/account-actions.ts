/** Access accounts as operators remove them, from the command line and through the control socket. */
import { audit } from './audit.ts';
import type { LiveParts } from './customer-actions.ts';

interface RemovedAccount {
  login: string;
  customer: number;
  rights: string[];
  networks: string[];
}

/**
 * Removes an access account; its sessions end within a second, at all daemons. What an organisation file said of it is
 * still known, so that a start does not bring it back.
 *
 * @returns false where there is none
 */
export async function removeAccount(
  { database, clock }: LiveParts,
  login: string,
  who: string,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const { rows } = await tx.query<RemovedAccount>(
      'delete from access_account where login = $1 returning login, customer_id as customer, rights, networks',
      [login],
    );
    const [removed] = rows;
    if (!removed) return false;
    const { customer } = removed;
    await audit(tx, clock, { who, action: 'remove account', customer, before: removed, after: null });
    return true;
  });
}
