import { storedReasonText } from '../messages/reply.ts';

/**
 * The values of an event as they are shown: beside the code of a reason its text, as `why`. Events of earlier versions have
 * the text itself as their reason, and others a code of their own: they stay as they are. What the journal and the metrics need is left out.
 */
export function withWhy(data: object): Record<string, unknown> {
  const { journal: _, tally: __, ...shown } = data as Record<string, unknown>;
  const why = storedReasonText(shown.reason, shown.values);
  return why === null ? shown : { ...shown, why };
}
