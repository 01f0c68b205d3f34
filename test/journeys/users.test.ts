/** Bulk user files through the real daemon: every code, options, sources, caps, and what is told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showSubscriber } from '../../src/actions/show.ts';
import { RESULT_CODES } from '../../src/tables/result-codes.ts';
import { Courier, signIn, type Filed } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures, OTHER, person, type WrittenCustomer } from '../support/organisation.ts';

const SALES_PASSWORD = 'Upload-4-Sales-only';
const TYPES = ['PRV', 'DI', 'USERS'];

const overlay: Partial<WrittenCustomer> = {
  types: TYPES,
  guards: { size: 'off' }, // Its large file comes after many small ones.
  federation: 'partial',
  groups: [{ name: 'Default Group', default: true }, { name: 'Sales' }, { name: 'Quiet', canSend: false }],
  sources: { sales: { group: 'Sales' } },
  users: { groupAdministrators: true },
  subscribers: [
    person('ann@example.com', [], { groups: [{ name: 'Sales', primary: true }] }),
    person('bob@example.com'),
    person('fay@example.com', [], { federationType: 'FEDERATED' }),
    person('gone@example.com', [], { state: 'remove_pending' }),
    person('two@example.com', [], { groups: [{ name: 'Default Group', primary: true }, { name: 'Sales' }] }),
  ],
};

let world: TestDaemon;
let acme: Courier;
let number = 0;

beforeAll(async () => {
  const organisation = await fixtures(overlay);
  organisation.customers
    .find(({ id }) => id === ACME)
    ?.accounts?.push({ login: 'sales', password: SALES_PASSWORD, sources: ['sales'] });
  world = await startTestDaemon({ organisation, configuration: { throttle: { daily: 20_000 } } });
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

const send = (text: string, { source = 'HR', words = '' } = {}, from = acme): Promise<Filed> =>
  from.send(`${ACME}_${source}_USERS${words}_${(number += 1)}.csv`, text);
const shown = (address: string) => showSubscriber(world.database, ACME, address);

/** Codes of a report, in its order. */
const codesIn = ({ lines }: Filed) =>
  lines.flatMap((line) => /^Result code: (\d+) /.exec(line)?.[1] ?? []).map(Number);

const HEAD =
  'Email Address,New Email Address,First Name,Last Name,Initials,Company,Phone Number,Area Code,Time Zone,UI Locale,Account Admin,Can Sign,User Status,Groups';
const COLUMNS = HEAD.split(',');

function rowOf(values: Record<string, string>): string {
  return COLUMNS.map((name) => `"${values[name] ?? ''}"`).join(',');
}

const bob = { 'Email Address': 'bob@example.com' };

/** One row for each code that a row can get, whatever it is about. */
const ROWS: [code: number, values: Record<string, string>][] = [
  [2000, { 'First Name': 'No', 'Last Name': 'Mail' }],
  [2001, { 'Email Address': 'john doe' }],
  [2002, { 'Email Address': 'guest@example.net', 'First Name': 'Gil', 'Last Name': 'Guest' }],
  [2003, { 'Email Address': 'new@example.com', 'Last Name': 'Only' }],
  [2004, { ...bob, Company: 'x'.repeat(256) }],
  [2005, { ...bob, 'Can Sign': 'maybe' }],
  [2010, { ...bob, 'New Email Address': 'not an address' }],
  [2011, { ...bob, 'New Email Address': 'gone@example.com' }],
  [2012, { ...bob, Initials: 'x'.repeat(21) }],
  [2013, { ...bob, 'Phone Number': '12345' }],
  [2014, { ...bob, 'Area Code': '65' }],
  [2015, { ...bob, 'Time Zone': 'EUROPE_PARIS' }],
  [2016, { ...bob, 'UI Locale': 'en-US' }],
  [2017, { ...bob, 'User Status': 'SLEEPING' }],
  [
    2018,
    { 'Email Address': 'i@example.com', 'First Name': 'I', 'Last Name': 'Nactive', 'User Status': 'inaktiv' },
  ],
  [2019, { 'Email Address': 'admin@example.com', 'Account Admin': 'FALSE' }],
  [2019, { 'Email Address': 'admin@example.com', 'User Status': 'INACTIVE' }],
  [2020, { ...bob, Groups: 'Sales' }],
  [2021, { ...bob, Groups: 'Sales[Owner]' }],
  [2022, { ...bob, Groups: "Sales[Send Can't send]" }],
  [2023, { ...bob, Groups: 'Sales[Primary];Quiet[Primary]' }],
  [2024, { ...bob, Groups: 'Sales[Send];Sales[Admin]' }],
  [2025, { 'Email Address': 'two@example.com', Groups: 'Default Group[Remove]' }],
  [1054, { 'Email Address': 'gone@example.com', 'First Name': 'G', 'Last Name': 'One' }],
  [1006, { 'Email Address': 'fay@example.com', 'New Email Address': 'fay@example.org' }],
];
/** Those that need an option, a source, or are warnings: the tests below. What a person decides: test/pipeline/guards.test.ts. */
const ELSEWHERE = [2006, 2203, 2900, 2901, 2904, 2910, 2911, 2912, 2913, 2915];

describe('every code', () => {
  it('of bulk user files is here', () => {
    const documented = RESULT_CODES.filter(({ applies_to: kinds }) => kinds.includes('USERS')).map(
      ({ code }) => Number(code),
    );
    const here = new Set([...ROWS.map(([code]) => code), ...ELSEWHERE]);
    expect(documented.filter((code) => !here.has(code))).toEqual([]);
  });

  it('is given to the row that deserves it, and nothing of such rows is done', async () => {
    await world.database.query(
      `update subscriber set email = 'guest@example.net' where customer_id = ${OTHER} and id =
         (select min(id) from subscriber where customer_id = ${OTHER} and state <> 'removed')`,
    );
    const before = await allPeople();
    const filed = await send(`${[HEAD, ...ROWS.map(([, values]) => rowOf(values))].join('\n')}\n`);
    expect(filed.codes).toEqual(ROWS.map(([code]) => code));
    expect(codesIn(filed)).toEqual(filed.codes);
    expect(filed.folder).toBe('_error');
    expect(filed.lines.slice(-2)).toEqual([
      `Users created: 0; updated: 0; unchanged: 0; skipped: 0; failed: ${ROWS.length}; groups created: 0`,
      `CSV entries read: ${ROWS.length}; user records written: 0; CSV read errors: 0; user write errors: ${ROWS.length}`,
    ]);
    expect(await allPeople()).toEqual(before);
  });

  it('all faults of a row are told at once, each with its field, value, rule and fix', async () => {
    const filed = await send(
      `${HEAD}\n${rowOf({ ...bob, 'Area Code': '65', 'Time Zone': 'cet', Groups: 'Sales' })}\n`,
    );
    expect(filed.codes).toEqual([2014]);
    const line = filed.lines.find((text) => text.startsWith('ERROR'));
    expect(line).toContain('Area Code "65" is not valid. Use exactly three digits.');
    expect(line).toContain('Time Zone "cet" is not supported.');
    expect(line).toContain('Groups "Sales" is not in the expected format.');
    expect(line).toContain('(line 2, bob@example.com');
  });

  it('warnings stand among the errors in the order of the entries, with the file in _processed where there is none', async () => {
    const rows = [
      { ...bob, Initials: 'ABCDE' },
      {
        'Email Address': 'nia@example.com',
        'First Name': 'Nia',
        'Last Name': 'New',
        'New Email Address': 'no address',
      },
      { ...bob, Groups: 'Nowhere[Remove];Sales[Remove]' },
    ];
    const warned = await send(`${[HEAD, ...rows.map(rowOf)].join('\n')}\n`);
    expect([warned.folder, warned.codes, codesIn(warned)]).toEqual([
      '_processed',
      [0, 0, 0],
      [2910, 2913, 2915, 2915],
    ]);
    const mixed = await send(
      `${[HEAD, rowOf({ ...bob, 'Area Code': '1' }), rowOf({ ...bob, Initials: 'VWXYZ' }), rowOf({}).replace('""', '"x"')].join('\n')}\n`,
    );
    const told = mixed.lines.flatMap((line) => /^(?:ERROR|WARNING): .*?(#\d)/.exec(line)?.[1] ?? []);
    expect(told).toEqual(['#1', '#2', '#3']);
    expect(codesIn(mixed)).toEqual([2014, 2910, 2001]);
  });
});

async function allPeople(): Promise<unknown> {
  const { rows } = await world.database.query(
    `select s.*, (select json_agg(m order by place) from group_membership m where m.subscriber_id = s.id) as groups
       from subscriber s order by id`,
  );
  return rows;
}

describe('options', () => {
  const NEW =
    'Email Address,First Name,Last Name,Groups\nopt@example.com,O,Pt,Research[Send]\nbob@example.com,Bobby,,\n';

  it('of the name: nothing is created, nothing updated, no group made', async () => {
    const filed = await send(NEW, { words: '-nogroups-NOCREATE-NoUpdate' });
    expect([filed.folder, filed.codes, codesIn(filed)]).toEqual(['_processed', [2900, 2901], [2900, 2901]]);
    expect(filed.lines.at(-1)).toBe('CSV entries read: 2; user records written: 0; No errors!');
    expect(filed.lines.filter((line) => line.startsWith('WARNING'))).toEqual([
      'WARNING: CSV entry #1: Skipped: user "opt@example.com" does not exist, and creating users is turned off for this file. (line 2, opt@example.com)',
      'WARNING: CSV entry #2: Skipped: user "bob@example.com" already exists, and updating users is turned off for this file. (line 3, bob@example.com)',
    ]);
  });

  it('a group that is not created: a warning, and the rest of the row', async () => {
    const filed = await send(NEW, { words: '-NOGROUPS' });
    expect([filed.codes, codesIn(filed)]).toEqual([[0, 0], [2911]]);
    expect(await shown('opt@example.com')).toMatchObject({
      groups: [{ name: 'Default Group', primary: true }],
    });
  });

  it.each(['-NOCREATE-NOCREATE', '-NODELETE', '-', '-CREATE'])('%s is no option: code 1', async (words) => {
    const filed = await send(NEW, { words });
    expect([filed.folder, filed.trace, codesIn(filed)]).toEqual(['_error', null, [1]]);
  });

  it('no other type has any', async () => {
    const filed = await acme.send(`${ACME}_PRV-NOCREATE_${(number += 1)}.csv`, 'emailAddress,action\n');
    expect(codesIn(filed)).toEqual([1]);
  });
});

describe('a source that acts for a group', () => {
  const asSales = { source: 'sales' };

  it('reaches its members, whom it may change, and lets new ones in', async () => {
    const text = [
      'Email Address,First Name,Last Name,Title,Account Admin,Groups',
      'ann@example.com,,,Seller,,',
      'bob@example.com,,,Seller,,',
      'ann@example.com,,,,FALSE,',
      'sol@example.com,Sol,Sales,,,Quiet[Primary',
      'sol@example.com,,,Trainee,,',
    ].join('\n');
    const filed = await send(text, asSales);
    expect(filed.codes).toEqual([0, 2006, 2006, 0, 0]);
    expect(codesIn(filed)).toEqual([2006, 2006, 2912]);
    expect(await shown('ann@example.com')).toMatchObject({
      profile: { jobTitle: 'Seller' },
      roles: ['user'],
    });
    expect(await shown('sol@example.com')).toMatchObject({
      profile: { jobTitle: 'Trainee' },
      groups: [{ name: 'Sales', primary: true, canSend: true, admin: false }],
    });
  });

  it('neither takes over nor locks out a member who administers the account', async () => {
    const head = 'Email Address,New Email Address,Title,User Status';
    await send('Email Address,Account Admin\nann@example.com,TRUE\n');
    const rows = [
      'ann@example.com,mallory@example.com,,',
      'ann@example.com,,,INACTIVE',
      'ann@example.com,mallory@example.com,,INACTIVE',
      'ann@example.com,Ann@example.com,Director,ACTIVE',
    ];
    const filed = await send([head, ...rows].join('\n'), asSales);
    expect(filed.codes).toEqual([2006, 2006, 2006, 0]);
    const told = filed.lines.filter((line) => line.startsWith('ERROR'));
    expect(told[0]).toContain('ann@example.com is an account administrator, whose New Email Address this');
    expect(told[1]).toContain('whose User Status this source may not change');
    expect(told[2]).toMatch(/whose New Email Address .* whose User Status /);
    expect(await shown('ann@example.com')).toMatchObject({
      status: 'ACTIVE',
      profile: { jobTitle: 'Director' },
    });
    await send('Email Address,User Status\nann@example.com,INACTIVE\n');
    const resumed = await send(`${head}\nann@example.com,,,ACTIVE\n`, asSales);
    expect(resumed.codes).toEqual([2006]);
    expect(await shown('ann@example.com')).toMatchObject({ state: 'suspended' });
    await send('Email Address,User Status,Account Admin\nann@example.com,ACTIVE,FALSE\n');
  });

  it('a door takes no other source from a login that is bound to it', async () => {
    await using sales = new Courier(
      await signIn(world.daemon.ftpsPort, 'sales', SALES_PASSWORD),
      world.database,
    );
    const text = 'Email Address,Company\nann@example.com,Acme Sales\n';
    for (const name of [
      `${ACME}_HR_USERS_9999.csv`,
      `${ACME}_USERS_9999.csv`,
      `${ACME}_Sales_USERS_9999.csv`,
    ])
      await expect(sales.upload(name, text)).rejects.toThrow(/uploads files of sales only/);
    await sales.upload('draft.part', text);
    await expect(sales.client.rename('draft.part', `${ACME}_HR_USERS_9999.csv`)).rejects.toThrow(
      /sales only/,
    );
    expect((await send(text, asSales, sales)).codes).toEqual([0]);
  });

  it('sends no other files: those would reach everybody', async () => {
    const text = 'emailAddress,action\nbob@example.com,Suspend\n';
    const filed = await acme.send(`${ACME}_sales_PRV_${(number += 1)}.csv`, text);
    expect([filed.folder, filed.trace, codesIn(filed)]).toEqual(['_error', null, [2]]);
    expect(filed.report).toContain(
      'The source "sales" acts for one group only, and files of type PRV cannot.',
    );
    expect(await shown('bob@example.com')).toMatchObject({ state: 'active' });
  });

  it('may do nothing where the organisation does not allow it', async () => {
    await world.database.query(
      `update customer set users = '{"groupAdministrators": false}' where id = ${ACME}`,
    );
    const filed = await send('Email Address,Title\nann@example.com,Boss\n', asSales);
    await world.database.query(
      `update customer set users = '{"groupAdministrators": true}' where id = ${ACME}`,
    );
    expect(filed.codes).toEqual([2006]);
    expect(filed.report).toContain('group-level sources may not change users in this organization');
  });
});

it('where everybody is in one group, groups are ignored with a warning', async () => {
  await world.database.query(`update customer set users = '{"multipleGroups": false}' where id = ${ACME}`);
  const filed = await send('Email Address,Title,Groups\nbob@example.com,Chief,Sales[Primary]\n');
  await world.database.query(
    `update customer set users = '{"groupAdministrators": true}' where id = ${ACME}`,
  );
  expect([filed.codes, codesIn(filed)]).toEqual([[0], [2912]]);
  expect(await shown('bob@example.com')).toMatchObject({
    profile: { jobTitle: 'Chief' },
    groups: [{ name: 'Default Group' }],
  });
});

describe('the gates', () => {
  it('a held customer is refused', async () => {
    await world.database.query(`update customer set state = 'held' where id = ${ACME}`);
    const filed = await send('Email Address,Title\nbob@example.com,x\n');
    await world.database.query(`update customer set state = 'active' where id = ${ACME}`);
    expect([filed.folder, filed.codes, codesIn(filed)]).toEqual(['_error', [1001], [1001]]);
  });

  it('a customer that does not have the type is refused', async () => {
    const other = await world.courier('other');
    const filed = await other.send(`${OTHER}_USERS_1.csv`, 'Email Address\n');
    expect(codesIn(filed)).toEqual([2]);
  });

  it('5,000 rows in five slices have one summary and count against the day, not the hour; 5,001 are refused', async () => {
    const usage = async () => {
      const { rows } = await world.database.query<{ period: string; used: number }>(
        `select period, used from cap_usage where customer_id = ${ACME}`,
      );
      return Object.fromEntries(rows.map(({ period, used }) => [period, used]));
    };
    const before = await usage();
    const rows = Array.from(
      { length: 5_000 },
      (_, index) => `bob@example.com,${index < 2_500 ? 'One' : 'Two'}`,
    );
    const filed = await send(`Email Address,Company\n${rows.join('\n')}\n`);
    expect(filed.lines.slice(-2)).toEqual([
      'Users created: 0; updated: 2; unchanged: 4998; skipped: 0; failed: 0; groups created: 0',
      'CSV entries read: 5000; user records written: 5000; No errors!',
    ]);
    const after = await usage();
    expect([after['day'], after['hour']]).toEqual([(before['day'] ?? 0) + 5_000, before['hour']]);
    const refused = await send(`Email Address,Company\n${[...rows, 'bob@example.com,Three'].join('\n')}\n`);
    expect([refused.folder, refused.trace]).toEqual(['_error', null]);
    expect(refused.report).toContain('The change file has 5001 entries; the limit is 5000 per file.');
  });
});

it('a row that the store refuses spoils itself alone', async () => {
  await world.database.query(`
    create function refuse() returns trigger language plpgsql as $$
      begin if new.company = 'refused' then raise exception 'refused'; end if; return new; end $$;
    create trigger refuse before insert or update on subscriber for each row execute function refuse()`);
  const filed = await send(
    'Email Address,Company,Groups\nann@example.com,refused,New[Send]\nbob@example.com,taken,\n',
  );
  await world.database.query('drop trigger refuse on subscriber');
  expect(filed.codes).toEqual([1008, 0]);
  expect(filed.lines.at(-2)).toContain('updated: 1; unchanged: 0; skipped: 0; failed: 1; groups created: 0');
  const { rows } = await world.database.query(`select 1 from user_group where name = 'New'`);
  expect(rows).toEqual([]);
});

it('a group name that is too long, and a group too many, spoil their rows alone, and say so', async () => {
  const long = 'x'.repeat(30_000);
  const groups = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `Team ${from + index}[Send]`).join(';');
  const filed = await send(
    [
      'Email Address,Title,Groups',
      `bob@example.com,,${long}[Send]`,
      `bob@example.com,,${groups(0, 90)}`,
      `bob@example.com,,${groups(90, 101)}`,
      'bob@example.com,Kept,Team 0[Admin]',
    ].join('\n'),
  );
  expect(filed.codes).toEqual([2004, 0, 2020, 0]);
  expect(filed.report).toMatch(
    /Groups: the group name "x+…" is too long: 30000 characters, but at most 255 are allowed\. Shorten it\./,
  );
  expect(filed.report).toContain('Groups would put the user in 102 groups; a user may be in at most 100.');
  expect(await shown('bob@example.com')).toMatchObject({ profile: { jobTitle: 'Kept' } });
});

it('a source may be called as a property of every object is', async () => {
  const filed = await send('Email Address,Title\nbob@example.com,Odd\n', { source: 'constructor' });
  expect(filed.codes).toEqual([0]);
});

it('new users are invited like those whom PRV adds, and what changes is in their history', async () => {
  await world.database.query(`update customer set email_verification = true where id = ${ACME}`);
  await send('Email Address,First Name,Last Name,Groups\ninv@example.com,In,Vited,Sales[Primary Admin]\n');
  await world.database.query(`update customer set email_verification = false where id = ${ACME}`);
  expect(await shown('inv@example.com')).toMatchObject({
    state: 'pending',
    status: 'VERIFIED',
    invitation: { state: 'pending', sentTo: 'inv@example.com' },
  });
  const { rows } = await world.database.query<{ operation: string; diff: object }>(
    `select operation, diff from change where subject_id = (select id from subscriber where email = 'inv@example.com')`,
  );
  expect(rows).toMatchObject([
    { operation: 'Create', diff: { 'group.Sales': [null, 'primary, send, admin'], givenName: [null, 'In'] } },
  ]);
});
