import { expect, it } from 'vitest';
import { subjectsNamed } from '../../../src/accounts/changes/history-rows.ts';
import { finishRemovals } from '../../../src/outbox/outbox.ts';
import { ACME } from '../../support/organisation.ts';
import { openStation } from '../../support/services.ts';

const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,altEmailAddress\n';

it('a person is found by every address that was theirs, and an address by all whose it was', async () => {
  await using world = await openStation();
  const named = (address: string) => subjectsNamed(world.database, ACME, 'person', address);
  const kept = async () =>
    (await world.database.query<{ name: string }>('select name from change_name order by 1')).rows.map(
      ({ name }) => name,
    );
  let number = 0;
  const send = async (...lines: string[]) => {
    number += 1;
    await world.upload(`1000001_PRV_${number}.csv`, HEADER + lines.map((line) => `${line}\n`).join(''));
    await world.workOff();
  };
  const before = await kept();

  await send('kim@example.com,Add,85180,Kim,Lund,');
  const [kim] = await named('kim@example.com');
  expect(kim).toBeTypeOf('number');
  // Who has an address is found by it: it is written down when it is given up.
  expect(await kept()).toEqual(before);

  await send('kim@example.com,Rename,,,,kim.lund@example.com', 'kim@example.com,Add,85180,Kim,Berg,');
  const both = await named('kim@example.com');
  expect(both).toHaveLength(2);
  expect(both).toContain(kim);
  expect(await named('kim.lund@example.com')).toEqual([kim]);

  await send('kim.lund@example.com,Remove,,,,');
  world.advance(86_400_000);
  await finishRemovals(world.services, 1);
  const { rows } = await world.database.query('select state from subscriber where id = $1', [kim]);
  expect(rows).toEqual([{ state: 'removed' }]);
  expect(await named('kim.lund@example.com')).toEqual([kim]);
  expect(await kept()).toEqual([...before, 'kim.lund@example.com', 'kim@example.com'].toSorted());
});
