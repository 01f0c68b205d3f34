/** What the journal tells of an event by itself: what clients do at the doors, operators with a customer. Pure. */
import type { StoredEvent } from '../events/catalog.ts';
import type { SetupTold } from '../events/journalled.ts';
import { told, type Thing, type Told } from './told.ts';

const REASONS: Readonly<Record<string, string>> = {
  'signIn.wrongPassword': 'AUTHENTICATION_FAILURE',
  'signIn.wrongPasswordOrKey': 'AUTHENTICATION_FAILURE',
  'signIn.noKnownKey': 'AUTHENTICATION_FAILURE',
  'signIn.noClientCertificate': 'AUTHENTICATION_FAILURE',
  'signIn.banned': 'MAX_FAILED_LOGINS_EXCEEDED',
  'signIn.addressNotAllowed': 'IP_ADDRESS_NOT_ALLOWED',
  'signIn.notChecked': 'ERROR_TAM',
};
/** The cause is not known. */
const OTHER = 'NOT_SUPPORTED';

/** @param file number of the change file that an upload became; null: of none */
export function tellVisit({ type, subject, data }: StoredEvent, file: number | null): Told[] {
  switch (type) {
    case 'sign_in.accepted':
      return [told('AUTH', 'LOGIN_BASIC', null)];
    case 'sign_in.refused':
      return [told('AUTH', 'LOGIN_BASIC', null, { reason: REASONS[String(data.reason)] ?? OTHER })];
    case 'upload.stored':
      return [told('FILES2', 'FILE_UPLOADED', fileThing(subject, file))];
    case 'download.sent':
      return [told('FILES2', 'FILE_DOWNLOADED', fileThing(subject))];
    case 'door.deleted':
      return [told('FILES2', 'FILE_DELETED', fileThing(subject))];
    case 'door.renamed':
      return [told('FILES2', 'FILE_UPDATED', fileThing(String(data.to)))];
    default:
      return [];
  }
}

/** @param path in the customer's folder */
function fileThing(path: string | null, id: number | null = null): Thing {
  return { type: 'FILE', id: id === null ? '' : String(id), name: (path ?? '').split('/').at(-1) ?? '' };
}

/** Of events that do not act at a door; those of people follow from the changes of the event. */
export function tellCustomer({ type, customer, data }: StoredEvent): Told[] {
  const thing = (name: string): Thing => ({ type: 'CUSTOMER', id: String(customer), name });
  if (type === 'customer.held' || type === 'customer.released') {
    const { name } = data.journal as { name: string };
    return [told('BSS', type === 'customer.held' ? 'SUSPENDCUSTOMER' : 'UNSUSPENDCUSTOMER', thing(name))];
  }
  if (type !== 'setup.applied') return [];
  const { name, registered, updated, subscriptions } = data.journal as SetupTold;
  return [
    ...(registered ? [told('BSS', 'REGISTERCUSTOMER', thing(name))] : []),
    ...(updated ? [told('BSS', 'UPDATECUSTOMER', thing(name))] : []),
    ...subscriptions.map((one) =>
      told('BSS', 'UPDATESUBSCRIPTION', { type: 'SUBSCRIPTION', id: String(one.id), name: one.name }),
    ),
  ];
}
