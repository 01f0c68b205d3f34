/** A kind of change file is one folder (test/kinds/toy) and one line: here it runs from the door to its report. */
import { expect, test } from 'vitest';
import { Kinds } from '../../src/kinds/kinds.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import { toy } from '../kinds/toy/kind.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { ACME } from '../support/organisation.ts';

test('a third kind of change file, from door to report', async () => {
  await using world = await startTestDaemon({ kinds: new Kinds([...KINDS.all, toy]) });
  await world.database.query('create table toy (id serial, customer_id bigint, word text)');
  await world.database.query(`update customer set types = types || '{TOY}'`);
  await using courier = await world.courier('acme');
  const name = `${ACME}_hr_TOY_1.toy`;
  const { folder, report, trace } = await courier.send(name, 'one\nno\nthree\n');
  expect(folder).toBe('_error');
  expect(report).toContain(`Processing file: llis/acme/${name}`);
  expect(report).toContain('the toy word #2');
  expect(report).toContain('toy words read: 3; toy words said: 2; toy read errors: 0; toy write errors: 1');
  expect(trace).toBe('entryNum,lineNum,resultCode,\n1,1,0,one\n2,2,1015,no\n3,3,0,three\n');
  const { rows } = await world.database.query('select customer_id, word from toy order by id');
  expect(rows.map(({ word }) => word)).toEqual(['one', 'three', 'the end']);
});
