import { afterAll, beforeAll, expect, it } from 'vitest';
import { misfits as ofAccounts, type Contradiction } from '../../../src/accounts/subscribers/verify.ts';
import type { Queryable } from '../../../src/database/open.ts';
import { followUpsWithoutFile, type WithoutFile } from '../../../src/ledger/verify.ts';
import { cloneDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await database.query(
    `insert into customer (id, name, folder) values (1, 'Acme', 'acme'), (2, 'Other', 'other');
     insert into subscription (customer_id, id, kind, seats, seats_taken) values (1, 10, 'collaboration', 9, 1), (2, 20, 'collaboration', 9, 0);
     insert into subscriber (id, customer_id, email, given_name, family_name, state, federation_type, origin, created_at, updated_at)
       values (100, 1, 'a@example.com', 'A', 'B', 'active', 'NON_FEDERATED', 'test', now(), now());
     insert into technician_group (customer_id, id, name) values (1, 7, 'Desk'), (2, 7, 'Desk');
     insert into technician (subscriber_id, customer_id, group_id, status, name, created_at, updated_at)
       values (100, 1, 7, 'enabled', 'A B', now(), now());
     insert into seat (subscriber_id, customer_id, subscription_id, assigned_at) values (100, 1, 10, now());
     insert into change_file (id, customer_id, name, state, received_at, bytes, modified_at) overriding system value
       values (1000, 1, 'a.csv', 'filed', now(), 1, now());
     insert into outbox (customer_id, topic, subscriber_id, payload, change_file_id, created_at, next_try_at)
       values (1, 'invitation', 100, '{}', 1000, now(), now())`,
  );
});
afterAll(() => database.drop());

const misfits = async (db: Queryable) => [...(await ofAccounts(db)), ...(await followUpsWithoutFile(db))];

it('finds nothing where all belongs to something', async () => {
  expect(await misfits(database)).toEqual([]);
});

it.each<[Contradiction | WithoutFile['what'], string, { customer: number; id: number }]>([
  ['person-without-customer', 'update subscriber set customer_id = 3', { customer: 3, id: 100 }],
  ['seat-without-person', 'update seat set subscriber_id = 101', { customer: 1, id: 101 }],
  ['seat-without-person', 'update subscriber set customer_id = 2', { customer: 1, id: 100 }],
  ['seat-without-subscription', 'update seat set subscription_id = 20', { customer: 1, id: 20 }],
  ['seats-miscounted', 'update subscription set seats_taken = 2 where id = 10', { customer: 1, id: 10 }],
  ['technician-without-person', 'update technician set customer_id = 2', { customer: 2, id: 100 }],
  ['follow-up-without-customer', 'update outbox set customer_id = 3', { customer: 3, id: 1 }],
  ['follow-up-without-person', 'update outbox set subscriber_id = 101', { customer: 1, id: 1 }],
  ['follow-up-without-file', 'update outbox set change_file_id = 1001', { customer: 1, id: 1 }],
])('finds %s after %s', async (what, statement, where) => {
  const undone = new Error('undone');
  const found = database.transaction(async (tx) => {
    await tx.query(statement);
    const all = await misfits(tx);
    expect(all).toContainEqual({ what, ...where });
    throw undone;
  });
  await expect(found).rejects.toBe(undone);
});
