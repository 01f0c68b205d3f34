import { reason, type Reason } from '../../messages/reply.ts';
import type { Refusal } from './access-account.ts';

const REASONS = {
  banned: 'signIn.banned',
  address: 'signIn.addressNotAllowed',
  away: 'signIn.notChecked',
} as const;

/**
 * Why a sign-in was refused, as the event says.
 *
 * @param why null: for its proof
 * @param proof what the door says of a wrong one
 */
export function refusalReason(
  why: Refusal | null,
  proof: 'signIn.wrongPassword' | 'signIn.wrongPasswordOrKey',
): Reason {
  return reason(why === null ? proof : REASONS[why]);
}
