/** Refused entries, contacts, what clients and operators do, and who acts. */
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/events/catalog.ts';
import { tellContact } from '../../src/journal/tell-contact.ts';
import { tellCustomer, tellVisit } from '../../src/journal/tell-event.ts';
import { actorFor, tellRefused, type RefusedEntry } from '../../src/journal/told.ts';
import { without } from '../../src/journal/closing.ts';

const person = { about: 'person', id: 7, name: 'Mira Brandt', code: 1011 } as const;

describe('a refused entry', () => {
  it.each<[Partial<RefusedEntry>, string]>([
    [{ operation: 'Add', id: null, code: 1035 }, 'ADDSUBSCRIBER ERROR_EMAIL_ALREADY_EXISTS'],
    [{ operation: 'Update' }, 'UPDATESUBSCRIBER ERROR_GET_SUBSCRIBER_BY_COMPANYID_AND_EMAIL_NOT_FOUND'],
    [{ operation: 'AssignSeat', code: 1003 }, 'ENTITLESUBSCRIBER INVALID_SUBSCRIPTION'],
    [{ operation: 'ChangeSeat', code: 1020 }, 'TRANSFERSEAT'],
    [{ operation: 'RevokeSeat' }, 'REVOKESUBSCRIBER'],
    [{ operation: 'Remove' }, 'REMOVESUBSCRIBER'],
    [{ operation: 'Resume' }, 'UNSUSPENDSUBSCRIBER'],
    [{ operation: 'Rename' }, 'UPDATESUBSCRIBER'],
    [{ operation: 'ChangeStorage' }, 'CHANGEQUOTA'],
    [{ operation: 'ResendInvitation' }, 'RESENDWELCOM'],
    [{ operation: 'Create', id: null }, 'ADDSUBSCRIBER'],
    [{ operation: 'Import', id: null }, 'ADDSUBSCRIBER'],
    [{ operation: null, id: 7 }, 'UPDATESUBSCRIBER'],
    [{ about: 'contact', operation: 'add', id: null, code: 7 }, 'CREATE ENTRY_ALREADY_EXISTS'],
    [{ about: 'contact', operation: 'delete', id: null, code: 8 }, 'DELETE ENTRY_NOT_FOUND'],
    [{ about: 'contact', operation: null, id: null, code: 9 }, 'CREATE FIELD_VALIDATION_ERROR'],
  ])('%j: %s', (more, wanted) => {
    const found = tellRefused({ ...person, operation: null, ...more });
    expect(`${found?.action} ${found?.reason}`).toContain(wanted);
    expect(found?.object?.id).toBe(more.id === null ? '' : '7');
  });

  it('that was skipped is told nothing of', () => {
    expect(tellRefused({ ...person, operation: 'Create', code: 2900 })).toBeNull();
  });
});

describe('a contact', () => {
  it('comes and goes by the name that people read', () => {
    const dn = 'cn=ann@example.com,ou=google,o=Acme';
    expect(tellContact(3, { dn: [null, dn], displayName: [null, ['Ann Lund']] })).toMatchObject([
      { token: 'CONTACT', action: 'CREATE', object: { type: 'CONTACT', id: '3', name: 'Ann Lund' } },
    ]);
    expect(tellContact(3, { dn: [dn, null], displayName: [['Ann Lund'], null] })).toMatchObject([
      { action: 'DELETE', object: { id: '3', name: 'Ann Lund' } },
    ]);
    expect(tellContact(3, { dn: ['cn=Staff,o=Acme', null] })).toMatchObject([{ object: { name: 'Staff' } }]);
  });

  it.each([
    [{ dn: ['cn=A,o=X', 'cn=B,o=X'] as [string, string] }],
    [{ mail: [null, ['x@y.z']] as [null, string[]] }],
  ])('that is renamed or changed is told nothing of: %j', (diff) => {
    expect(tellContact(3, diff)).toEqual([]);
  });
});

const event = (type: string, data: object, more: Partial<StoredEvent> = {}): StoredEvent => ({
  id: '1',
  at: new Date(0),
  type,
  customer: 1,
  who: 'agent@example.com',
  address: null,
  subject: '/_report/r.txt',
  data: { ...data },
  ...more,
});

describe('at the doors', () => {
  it.each([
    ['signIn.wrongPassword', 'AUTHENTICATION_FAILURE'],
    ['signIn.wrongPasswordOrKey', 'AUTHENTICATION_FAILURE'],
    ['signIn.noKnownKey', 'AUTHENTICATION_FAILURE'],
    ['signIn.banned', 'MAX_FAILED_LOGINS_EXCEEDED'],
    ['signIn.addressNotAllowed', 'IP_ADDRESS_NOT_ALLOWED'],
    ['signIn.notChecked', 'ERROR_TAM'],
    ['signIn.tooManySessions', 'NOT_SUPPORTED'],
  ])('a sign-in that is refused by %s: %s', (reason, wanted) => {
    expect(tellVisit(event('sign_in.refused', { reason }), null)).toMatchObject([
      { token: 'AUTH', action: 'LOGIN_BASIC', object: null, reason: wanted },
    ]);
  });

  it('files have their names without the folder, and uploads the number of the ledger', () => {
    const file = (type: string, data = {}, number: number | null = null) =>
      tellVisit(event(type, data), number).map(({ action, object }) => [action, object?.id, object?.name]);
    expect(file('upload.stored', {}, 5)).toEqual([['FILE_UPLOADED', '5', 'r.txt']]);
    expect(file('download.sent')).toEqual([['FILE_DOWNLOADED', '', 'r.txt']]);
    expect(file('door.deleted')).toEqual([['FILE_DELETED', '', 'r.txt']]);
    expect(file('door.renamed', { to: '/b.csv' })).toEqual([['FILE_UPDATED', '', 'b.csv']]);
    expect(file('upload.failed')).toEqual([]);
  });
});

it('operators and organisation files', () => {
  const actions = (type: string, journal: object) =>
    tellCustomer(event(type, { journal })).map(
      ({ action, object }) => `${action} ${object?.type} ${object?.name}`,
    );
  expect(actions('customer.held', { name: 'Acme' })).toEqual(['SUSPENDCUSTOMER CUSTOMER Acme']);
  expect(actions('customer.released', { name: 'Acme' })).toEqual(['UNSUSPENDCUSTOMER CUSTOMER Acme']);
  const subscriptions = [{ id: 1, was: null, name: 'Engage' }];
  expect(actions('setup.applied', { name: 'Acme', registered: true, updated: false, subscriptions })).toEqual(
    ['REGISTERCUSTOMER CUSTOMER Acme', 'UPDATESUBSCRIPTION SUBSCRIPTION Engage'],
  );
  expect(
    actions('setup.applied', { name: 'Acme', registered: false, updated: true, subscriptions: [] }),
  ).toEqual(['UPDATECUSTOMER CUSTOMER Acme']);
});

it('the actor is shown as far as the owner of the journal may see him', () => {
  const actor = { login: 'ann@partner.example', id: 7, of: 2 };
  expect(actorFor(2, actor)).toMatchObject({
    kind: 'member',
    email: 'ann@partner.example',
    id: '7',
    customerid: '2',
  });
  expect(actorFor(1, actor)).toMatchObject({
    kind: 'outside',
    email: null,
    domain: 'partner.example',
    id: '7',
    customerid: '2',
  });
  expect(actorFor(1, { login: 'acme', id: null, of: null })).toMatchObject({
    kind: 'member',
    email: 'acme',
    id: null,
    customerid: '1',
  });
  expect(actorFor(1, null)).toMatchObject({ kind: 'anonymous', id: null, customerid: null });
});

it('of ranges of numbers holes are cut', () => {
  const range = (from: number, to: number) => ({ from, to });
  expect(without([range(1, 3), range(5, 9)], [range(1, 1), range(6, 7), range(9, 9)])).toEqual([
    range(2, 3),
    range(5, 5),
    range(8, 8),
  ]);
  expect(without([range(1, 3)], [range(1, 3)])).toEqual([]);
});
