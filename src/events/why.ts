import { storedReasonText } from '../messages/reply.ts';

/**
 * The values of an event as they are shown: beside the code of a reason its text, as `why`. Events of earlier versions have
 * the text itself as their reason, and others a code of their own: they stay as they are.
 */
export function withWhy(data: object): Record<string, unknown> {
  const { reason, values } = { reason: undefined, values: undefined, ...data };
  const why = storedReasonText(reason, values);
  return why === null ? { ...data } : { ...data, why };
}
