/** An account store with rules of its own: it refuses what the decisions accept. */
import { expect, it } from 'vitest';
import { openStation } from '../support/services.ts';

const HEADER = 'emailAddress,action,subscriptionId,givenName,familyName,password,department\n';

it('an entry that gets in only because the one before it was refused by the store is hashed all the same', async () => {
  await using world = await openStation();
  await world.database.query(`
    create function refuse() returns trigger language plpgsql as $$
      begin
        if new.department = 'refused' then raise exception 'refused'; end if;
        return new;
      end $$;
    create trigger refuse before insert or update on subscriber for each row execute function refuse()`);
  const twice = ['refused', 'Sales'].map((department) =>
    ['kim@example.com', 'Add', 86_796, 'Kim', 'Berg', 'Secret-12', department].join(','),
  );
  await world.upload('1000001_PRV_1.csv', `${HEADER}${twice.join('\n')}\n`);
  await world.upload('1000001_PRV_2.csv', `${HEADER}lee@example.com,Add,,Lee,Dahl,,\n`);
  await world.workOff();
  const { rows } = await world.database.query(
    `select s.email, s.department, s.password_state from subscriber s where s.family_name in ('Berg', 'Dahl') order by 1`,
  );
  expect(rows).toEqual([
    { email: 'kim@example.com', department: 'Sales', password_state: 'temporary' },
    { email: 'lee@example.com', department: '', password_state: 'none' },
  ]);
  expect(
    (await world.database.query('select name, state from change_file order by id')).rows,
    'nobody waits behind it',
  ).toEqual([
    { name: '1000001_PRV_1.csv', state: 'filed' },
    { name: '1000001_PRV_2.csv', state: 'filed' },
  ]);
});
