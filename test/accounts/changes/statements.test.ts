import { expect, it } from 'vitest';
import type { Database, Transaction } from '../../../src/database/open.ts';
import { openStation } from '../../support/services.ts';

/** Tells the texts of all statements in transactions. */
function listening(database: Database, texts: string[]): Database {
  const heard = (tx: Transaction): Transaction => ({
    ...tx,
    query: (text, values) => {
      texts.push(text);
      return tx.query(text, values);
    },
  });
  return { ...database, transaction: (work) => database.transaction((tx) => work(heard(tx))) };
}

const person = (n: number) => `p${n}@example.com,Add,Given,Family\np${n}@example.com,Update,Other,\n`;

it.each([
  [
    'PRV_1.csv',
    `emailAddress,action,givenName,familyName\n${Array.from({ length: 20 }, (_, n) => person(n)).join('')}`,
  ],
  [
    'DI_1.ldif',
    Array.from(
      { length: 20 },
      (_, n) =>
        `dn: cn=${n},o=Acme\nchangetype: add\nobjectclass: inetOrgPerson\ncn: ${n}\nsn: x\ndisplayName: x\nmail: ${n}@example.com\n\n`,
    ).join(''),
  ],
])('all changes of %s are written in one statement', async (name, content) => {
  const texts: string[] = [];
  await using world = await openStation((database) => listening(database, texts));
  await world.upload(`1000001_HR_${name}`, content);
  await world.workOff();
  const { rows } = await world.database.query<{ count: number }>(
    'select count(*) from change where file_id is not null',
  );
  expect(rows[0]?.count).toBeGreaterThanOrEqual(20);
  expect(texts.filter((text) => /\binto change(_name)?\b(?!_)/.test(text))).toHaveLength(1);
});
