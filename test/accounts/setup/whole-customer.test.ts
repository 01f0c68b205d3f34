import { describe, expect, it } from 'vitest';
import { declared, person, type WrittenCustomer } from '../../support/organisation.ts';
import { emptyStores, only } from './account-store.ts';

const { query, setUp, one } = emptyStores();

async function dump(): Promise<string> {
  const { rows } = await query<{ row: string }>(
    `select c::text || coalesce(s::text, '') as row from customer c left join subscriber s on s.customer_id = c.id order by 1`,
  );
  return rows.map(({ row }) => row).join('\n');
}

describe('the terms of use', () => {
  const accepted = async () => {
    const { rows } = await query<{ email: string; accepted: boolean }>(
      'select email, terms_accepted_at is not null as accepted from subscriber order by email',
    );
    return rows.map(({ email, accepted }) => `${email}: ${accepted}`);
  };
  const people = { subscribers: [person('x.y')] };

  it('switched on they count as accepted by everybody; switched off nothing is taken back', async () => {
    await setUp(only(people));
    expect(await accepted()).toEqual(['x.y@example.com: false']);
    await setUp(only({ ...people, acceptTerms: 'on' }));
    const before = await dump();
    await setUp(only({ ...people, acceptTerms: 'on' }));
    expect(await dump()).toBe(before);
    await setUp(only({ subscribers: [person('x.y'), person('z.z')] }));
    expect(await accepted()).toEqual(['x.y@example.com: true', 'z.z@example.com: true']);
    await setUp(only({ subscribers: [person('late.comer')], acceptTerms: false }));
    expect(await accepted()).toEqual([
      'late.comer@example.com: false',
      'x.y@example.com: true',
      'z.z@example.com: true',
    ]);
  });
});

describe('the administrator in whose name change files are carried out', () => {
  const ada = person('ada.ames', [], { roles: ['administrator'] });
  const stored = async () =>
    (await one('select s.email from customer c left join subscriber s on s.id = c.administrator_id'))?.[
      'email'
    ];

  it('is a subscriber with that role, stays when the key is left out, and keeps the key at a Rename', async () => {
    await setUp(only({ subscribers: [ada] }));
    expect(await stored()).toBeNull();
    expect(await setUp(only({ administrator: 'Ada.Ames@example.com' }))).toContain(
      'administrator of change files',
    );
    await setUp(only({ subscribers: [ada] }));
    expect(await stored()).toBe('ada.ames@example.com');
    await query(`update subscriber set email = 'renamed@example.com'`);
    expect(await stored()).toBe('renamed@example.com');
  });

  it.each<[string, Partial<WrittenCustomer>, RegExp]>([
    [
      'nobody',
      { subscribers: [ada], administrator: 'nobody@example.com' },
      /administrator nobody@example\.com is not a subscriber/,
    ],
    [
      'somebody without the role',
      { subscribers: [ada, person('x.y')], administrator: 'x.y@example.com' },
      /administrator x\.y@example\.com does not have the role administrator/,
    ],
    [
      'somebody who is being removed',
      { subscribers: [{ ...ada, state: 'remove_pending' }], administrator: 'ada.ames@example.com' },
      /is not a subscriber of this customer/,
    ],
  ])('%s is refused, and nothing is changed', async (_, customer, message) => {
    await setUp(only({ subscribers: [ada] }));
    const before = await dump();
    await expect(setUp(only(customer))).rejects.toThrow(message);
    expect(await dump()).toBe(before);
  });

  it('is taken up at a start where the file was edited, also back to an earlier one', async () => {
    const bea = person('bea.berg', [], { roles: ['administrator'] });
    for (const address of ['ada.ames@example.com', 'bea.berg@example.com', 'ada.ames@example.com']) {
      await setUp(only({ subscribers: [ada, bea], administrator: address }), 'edited');
      expect(await stored()).toBe(address);
    }
  });
});

it('values of the tables are read in any letter case, and stored as the tables spell them', async () => {
  const x = person('x.y', [], { language: 'EN_us', timeZone: 'america/new_york', country: 'us' });
  await setUp(only({ contactLanguage: 'no_no', subscribers: [x] }));
  expect(await one('select language, time_zone, country from subscriber')).toEqual({
    language: 'en_US',
    time_zone: 'America/New_York',
    country: 'US',
  });
  expect(await one('select contact_language from customer')).toEqual({ contact_language: 'no_NO' });
});

it('names of which nobody can see anything are none', () => {
  expect(() => declared(only({ subscribers: [person('x.y', [], { givenName: '\u00a0\u200b' })] }))).toThrow();
  expect(() => declared(only({ name: ' ' }))).toThrow();
});
