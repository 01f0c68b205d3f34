/** What files of every kind did is taken back, and what cannot be is told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changesIn, changesOf } from '../../src/accounts/changes/history-rows.ts';
import { listenToFailpoints } from '../../src/failpoints.ts';
import { tellPerson } from '../../src/journal/tell-person.ts';
import { accountsPicture } from '../support/accounts-picture.ts';
import { ACME, person } from '../support/organisation.ts';
import { openUndoWorld, type UndoWorld } from './undo-world.ts';

let world: UndoWorld;
beforeEach(async () => {
  world = await openUndoWorld({ emailVerification: 'on', subscribers: [person('joe.lee', [85_180])] });
});
afterEach(async () => {
  listenToFailpoints(null);
  await world[Symbol.asyncDispose]();
});

const picture = () => accountsPicture(world.station.database);
const HEADER =
  'emailAddress,action,givenName,familyName,department,altEmailAddress,subscriptionId,password,subscriptionId2';
const PRV = (number: number) => `1000001_HR_PRV_${number}.csv`;
const prv = (...lines: string[]) => `${HEADER}\n${lines.map((line) => `${line}\n`).join('')}`;

async function stateOf(email: string): Promise<string | null> {
  const { rows } = await world.station.database.query<{ state: string }>(
    `select state from subscriber where email = $1 and state <> 'removed'`,
    [email],
  );
  return rows[0]?.state ?? null;
}

async function nameOf(email: string): Promise<string | undefined> {
  const { rows } = await world.station.database.query<{ name: string }>(
    'select given_name as name from subscriber where email = $1',
    [email],
  );
  return rows[0]?.name;
}

const LDIF = (name: string, more = '') =>
  `dn: cn=${name},o=Acme\nchangetype: add\nobjectclass: inetOrgPerson\ncn: ${name}\nsn: x\ndisplayName: ${name}\nmail: ${name}@example.com\n${more}\n`;

/** Kind → what stands there before, and the file that is taken back. */
const KINDS: [kind: string, before: [string, string][], file: [string, string]][] = [
  [
    'PRV',
    [],
    [
      PRV(1),
      prv(
        'new@example.com,Add,New,Person,,,85180,',
        'ann.lee@example.com,Remove,,,,,,',
        'bob.lee@example.com,Update,Robert,,Sales,,,',
        'bob.lee@example.com,AssignSeat,,,,,85180,',
        'eve.lee@example.com,Suspend,,,,,,',
        'joe.lee@example.com,Rename,,,,joseph@example.com,,',
        'nobody@example.com,Suspend,,,,,,',
      ),
    ],
  ],
  [
    'USERS',
    [],
    [
      '1000001_HR_USERS_1.csv',
      'Email Address,First Name,Last Name,Groups,User Status\nnew@example.com,New,Person,Sales[Primary],\nann.lee@example.com,Anna,Lee,Default Group[Remove];Sales[Primary Admin],\nbob.lee@example.com,Bob,Lee,,INACTIVE\n',
    ],
  ],
  [
    'TECHNICIANS',
    [],
    [
      '1000001_desk_TECHNICIANS_1.csv',
      'Name,Nickname,Email address,Single Sign-On ID,Description,Password,Enabled,Standard License,Mobile License,Tech Group ID\nHenk de Vries,Henk,henk@example.com,hdevries,,Wx7!rescue-01,TRUE,FALSE,FALSE,1001\n',
    ],
  ],
  [
    'SNAPSHOT of contacts',
    [
      [
        '1000001_google_SNAPSHOT_1.csv',
        'mail,displayName,objectId\nada@example.com,Ada,a1\nbea@example.com,Bea,b1\n',
      ],
    ],
    [
      '1000001_google_SNAPSHOT_2.csv',
      'mail,displayName,objectId\nada@example.com,Ada L.,a1\ncia@example.com,Cia,c1\n',
    ],
  ],
  [
    'SNAPSHOT of accounts',
    [
      [
        '1000001_ad_SNAPSHOT_1.csv',
        'mail,givenName,familyName\nann.lee@example.com,Ann,Lee\nbob.lee@example.com,Bob,Lee\n',
      ],
    ],
    [
      '1000001_ad_SNAPSHOT_2.csv',
      'mail,givenName,familyName\nann.lee@example.com,Anna,Lee\nzoe@example.com,Zoe,Lee\n',
    ],
  ],
  [
    'DI',
    [['1000001_HR_DI_1.ldif', LDIF('ada') + LDIF('bea') + LDIF('cia')]],
    [
      '1000001_HR_DI_2.ldif',
      `${LDIF('dan')}dn: cn=ada,o=Acme\nchangetype: modify\nreplace: title\ntitle: Boss\n-\nadd: mail\nmail: second@example.com\n-\n\ndn: cn=bea,o=Acme\nchangetype: delete\n\ndn: cn=cia,o=Acme\nchangetype: modrdn\nnewrdn: cn=bea\ndeleteoldrdn: 1\n`,
    ],
  ],
];

describe.each(KINDS)('a %s file', (_, before, [name, content]) => {
  it('is taken back, and accounts and directory are as before', async () => {
    for (const [earlier, text] of before) await world.send(earlier, text);
    const then = await picture();
    await world.send(name, content);
    const after = await picture();
    expect(after).not.toEqual(then);
    const trial = await world.ask(name, { dryRun: true });
    expect(trial).toMatchObject({ undo: null, leftOut: 0 });
    expect(trial.takenBack).toBeGreaterThan(0);
    expect(await picture()).toEqual(after);
    await world.undo(name);
    expect(await picture()).toEqual(then);
    expect(await world.ask(name)).toMatchObject({ undo: null, takenBack: 0 });
  });
});

describe('what cannot come back', () => {
  it('is a person whom a later file has changed, until that is taken back', async () => {
    await world.send(
      PRV(1),
      prv('ann.lee@example.com,Update,Anna,,,,,', 'bob.lee@example.com,Update,Robert,,,,,'),
    );
    await world.send(PRV(2), prv('ann.lee@example.com,Update,Annika,,,,,'));
    const { listed, ...counts } = await world.ask(PRV(1), { dryRun: true });
    expect(counts).toEqual({ undo: null, takenBack: 1, leftOut: 1 });
    expect(listed).toEqual([
      {
        entry: 1,
        line: 2,
        operation: 'Update',
        subject: 'ann.lee@example.com',
        takenBack: false,
        remarks: [{ code: 'changed-later', by: PRV(2), entry: 1, at: expect.any(String) as string }],
      },
    ]);
    expect(await world.undo(PRV(2))).toEqual([]);
    expect(await world.undo(PRV(1))).toEqual([]);
    expect([await nameOf('ann.lee@example.com'), await nameOf('bob.lee@example.com')]).toEqual([
      'Ann',
      'Bob',
    ]);
  });

  it('is an address and a seat that somebody else has by now', async () => {
    await world.station.database.query(
      'update subscription set seats = 3 where customer_id = $1 and id = 85180',
      [ACME],
    );
    await world.send(
      PRV(1),
      prv('joe.lee@example.com,Rename,,,,joseph@example.com,,', 'ann.lee@example.com,RevokeSeat,,,,,COLLAB,'),
    );
    await world.send(
      PRV(2),
      prv('joe.lee@example.com,Add,Other,Joe,,,85180,', 'bob.lee@example.com,AssignSeat,,,,,85180,'),
    );
    expect((await world.undo(PRV(1))).sort()).toEqual(['address-taken', 'seat-taken']);
    expect(await stateOf('joseph@example.com')).not.toBeNull();
  });

  it('is a password: that of the file stays, but for somebody who had none', async () => {
    const passwords = async () => {
      const { rows } = await world.station.database.query<{ email: string; hash: string }>(
        'select email, password_hash as hash from subscriber where password_hash is not null order by email',
      );
      return rows;
    };
    await world.send(PRV(1), prv('ann.lee@example.com,ChangeSeat,,,,,91319,Wx7!rescue-01,'));
    expect(await passwords()).toMatchObject([{ email: 'ann.lee@example.com' }]);
    await world.send(
      PRV(2),
      prv(
        'ann.lee@example.com,ChangeSeat,,,,,85180,,DELETEMAIL',
        'ann.lee@example.com,ChangeSeat,,,,,91319,Wx7!rescue-02,',
        'joe.lee@example.com,ChangeSeat,,,,,91319,Wx7!rescue-03,',
      ),
    );
    const set = await passwords();
    expect(set).toHaveLength(2);
    expect((await world.undo(PRV(2))).sort()).toEqual(['content', 'password']);
    expect(await passwords()).toEqual(set.filter(({ email }) => email === 'ann.lee@example.com'));
    // That of the first file is gone, so there is none that could be told apart.
    await world.undo(PRV(1));
    expect(await passwords()).toEqual([]);
  });

  it('is somebody whose removal is finished; before that an Add of the address gives 1054', async () => {
    await world.send(PRV(1), prv('bob.lee@example.com,Remove,,,,,,'));
    await world.send(PRV(2), prv('bob.lee@example.com,Add,Bob,Again,,,,'));
    const { rows } = await world.station.database.query('select code from refused_entry');
    expect(rows).toEqual([{ code: 1054 }]);
    world.station.advance(86_400_000);
    await world.finishRemovals(14 * 86_400_000);
    expect(await stateOf('bob.lee@example.com')).toBe('remove_pending');
    await world.station.database.query('update customer set removal_finish_seconds = 3600 where id = $1', [
      ACME,
    ]);
    await world.finishRemovals(14 * 86_400_000);
    expect(await stateOf('bob.lee@example.com')).toBeNull();
    expect(await world.undo(PRV(1))).toEqual(['removed-for-good']);
  });

  it('is the last administrator', async () => {
    const { rows } = await world.station.database.query<{ email: string }>(
      `select email from subscriber where customer_id = $1 and 'administrator' = any(roles)`,
      [ACME],
    );
    const [{ email } = { email: '' }] = rows;
    await world.send('1000001_HR_USERS_1.csv', 'Email Address,Account Admin\nann.lee@example.com,TRUE\n');
    await world.station.database.query(`update subscriber set roles = '{user}' where email = $1`, [email]);
    expect(await world.undo('1000001_HR_USERS_1.csv')).toEqual(['last-administrator']);
  });
});

it('entries are taken back alone, and the rest later', async () => {
  const then = await picture();
  await world.send(
    PRV(1),
    prv(
      'ann.lee@example.com,Update,Anna,,,,,',
      'bob.lee@example.com,Update,Robert,,,,,',
      'ann.lee@example.com,Update,Annika,,,,,',
    ),
  );
  expect(await world.undo(PRV(1), [[1, 1]])).toEqual(['changed-later']);
  expect(await world.undo(PRV(1), [[2, 3]])).toEqual([]);
  expect(await nameOf('ann.lee@example.com')).toBe('Anna');
  expect(await world.undo(PRV(1))).toEqual(['already-undone']);
  expect(await picture()).toEqual(then);
});

it('has a report and a trace for download, and is a change of its own in the history', async () => {
  await world.send(
    PRV(1),
    prv('bob.lee@example.com,Update,Robert,,Sales,,,', 'ann.lee@example.com,Update,Anna,,,,,'),
  );
  await world.send(PRV(2), prv('ann.lee@example.com,Update,Ann,,,,,'));
  await world.undo(PRV(1));
  const told = await world.told();
  const [trace = '', report = ''] = [...told.keys()];
  expect([trace, report].map((name) => name.replace(/\d+\./, 'N.'))).toEqual([
    '1000001_HR_PRV_1_undo_N.csv',
    '1000001_HR_PRV_1_undo_N.txt',
  ]);
  const lines = told
    .get(report)
    ?.trimEnd()
    .split('\n')
    .map((line) => line.replace(/^.*? [AP]M - /, ''));
  expect(lines).toEqual([
    '*** Undo of file: llis/acme/1000001_HR_PRV_1.csv',
    'Requested by root: a slip',
    'Entries: all',
    expect.stringMatching(
      /^LEFT OUT: entry #2 \(line 3\), Update, ann\.lee@example\.com: It was changed later, by entry #1 of 1000001_HR_PRV_2\.csv \(.* UTC\)\. Undo that first\.$/,
    ),
    'Undone: 1 change; left out: 1 change',
    'No mail was sent.',
  ]);
  expect(told.get(trace)).toBe(
    'entryNum,lineNum,outcome,operation,subject,codes\n1,2,undone,Update,bob.lee@example.com,\n2,3,left-out,Update,ann.lee@example.com,changed-later\n',
  );
  const bob = (await picture()).people.find((one) => one['email'] === 'bob.lee@example.com');
  const changes = await changesOf(world.station.database, ACME, 'person', [Number(bob?.['id'])]);
  expect(changes.at(-1)).toMatchObject({
    fileId: null,
    who: 'root',
    operation: 'Undo',
    entry: 1,
    line: 2,
    diff: { givenName: ['Robert', 'Bob'], department: ['Sales', null] },
  });
});

const SURROUNDINGS = {
  name: 'N',
  defaultGroup: 'Default Group',
  subscription: () => ({ name: 'Engage', isAccessory: false }),
};

it('the journal tells of all that an undo has changed, page by page', async () => {
  await world.send(
    PRV(1),
    prv(
      'bob.lee@example.com,Update,Robert,,,,,',
      'ann.lee@example.com,Remove,,,,,,',
      'new@example.com,Add,New,Person,,,,',
    ),
  );
  await world.undo(PRV(1));
  const { rows } = await world.station.database.query<{ who: string; journal: { from: number; to: number } }>(
    `select who, data->'journal' as journal from event where type = 'undo.applied'`,
  );
  const [{ who, journal } = { who: '', journal: { from: 0, to: 0 } }] = rows;
  const told: string[][] = [];
  for (let after = { entry: -1, seq: 0 }; ;) {
    const [change] = await changesIn(
      world.station.database,
      ACME,
      { ...journal, by: { who } },
      { after, limit: 1 },
    );
    if (!change) break;
    told.push(tellPerson(change, SURROUNDINGS).map(({ action }) => action));
    after = change;
  }
  expect(told).toHaveLength(3);
  expect(new Set(told.map(([first]) => first))).toEqual(
    new Set(['REMOVESUBSCRIBER', 'ADDSUBSCRIBER', 'UPDATESUBSCRIBER']),
  );
});

it('mail of the file that has not left is called off, and none is sent', async () => {
  await world.send(PRV(1), prv('new@example.com,Add,New,Person,,,85180,'));
  const waiting = async () => {
    const { rows } = await world.station.database.query<{ topic: string; outcome: string | null }>(
      'select topic, outcome from outbox order by id',
    );
    return rows;
  };
  expect(await waiting()).toEqual([{ topic: 'invitation', outcome: null }]);
  await world.undo(PRV(1));
  expect(await waiting()).toEqual([
    { topic: 'invitation', outcome: 'undone' },
    { topic: 'content', outcome: null },
  ]);
});
