import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escapeHidden } from '../../src/shown-text.ts';
import { showSubscriber } from '../../src/actions/show.ts';
import type { Courier, Filed } from '../support/courier.ts';
import { startAfresh, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { ACME, fixtures, person, type WrittenCustomer } from '../support/organisation.ts';

/** Change files that were tried on the service, and what each must give (test/samples/field/INDEX.csv). */
const field = (name: string) => readFileSync(new URL(`../samples/field/${name}`, import.meta.url), 'utf8');

let world: TestDaemon;
let acme: Courier;
let sequence = 0;

beforeAll(async () => {
  world = await startTestDaemon();
  acme = await world.courier();
});
afterAll(() => world[Symbol.asyncDispose]());

async function send(text: string, overlay: Partial<WrittenCustomer> = {}): Promise<Filed> {
  await startAfresh(world, await fixtures(overlay));
  return acme.send(`1000001_PRV_${(sequence += 1)}.csv`, text);
}

/** What the report says of each failed entry, in their order. */
const messagesOf = ({ lines }: Filed) =>
  lines.flatMap((line) => /The error message follows: (.*?)(?: \(line \d+[^)]*\))?$/.exec(line)?.[1] ?? []);

const shown = (address: string) =>
  showSubscriber(world.database, ACME, address, { hasMailServer: false, now: new Date() });
const ann = { subscribers: [person('ann@example.com', [85180]), person('bob@example.com')] };

it('f09: names of blanks and invisible characters are missing', async () => {
  const filed = await send(field('blank-values/names.csv'));
  expect(filed.codes).toEqual([9, 9, 9, 9]);
  expect(messagesOf(filed)).toEqual(
    ['givenName', 'familyName', 'givenName', 'familyName'].map(
      (name) => `${name} is empty, and this operation needs it.`,
    ),
  );
});

describe('values that only look given', () => {
  const blanks = [
    '\t',
    '\u00a0',
    '\u2003',
    '\u3000',
    '\u200b',
    '\u2060',
    '\ufeff',
    '\u202e',
    '\u3164',
    ' \u00a0 ',
  ];

  it.each(blanks.map((blank) => [escapeHidden(blank), blank]))('%s', async (_, blank) => {
    const rows = [
      `kim@example.com,Add,85180,"${blank}",Berg,`,
      `ann@example.com,AssignSeat,"${blank}",,,`,
      `ann@example.com,AssignSeat,85292,,,"${blank}"`,
      `ann@example.com,Rename,,,,"${blank}"`,
      `ann@example.com,RevokeSeat,"${blank}",,,`,
    ];
    const header = 'emailAddress,action,subscriptionId,givenName,familyName,altEmailAddress\n';
    expect((await send(`${header}${rows.join('\n')}\n`, ann)).codes).toEqual([9, 1079, 1030, 1029, 1017]);
  });

  it('on Update such a value is not given: what is stored stays', async () => {
    const rows = 'ann@example.com,Update,\u00a0,\u200b,"  ","\u3000"\n';
    const { codes } = await send(`emailAddress,action,givenName,familyName,language,department\n${rows}`, {
      subscribers: [person('ann.berg', [], { email: 'ann@example.com', department: 'Sales' })],
    });
    expect(codes).toEqual([0]);
    expect(await shown('ann@example.com')).toMatchObject({
      givenName: 'Ann',
      familyName: 'Berg',
      profile: { language: 'en_US', department: 'Sales' },
    });
  });
});

it('f12: values with invisible characters are refused, and the report shows them', async () => {
  const filed = await send(field('invisible/values.csv'));
  expect(filed.codes).toEqual([1031, 1015, 1003]);
  const [address, action, subscription] = messagesOf(filed);
  expect(address).toContain(String.raw`"kim.nine@example.com\u00a0"`);
  expect(action).toContain(String.raw`"\u200bAdd"`);
  expect(subscription).toContain(String.raw`"\u202a85180\u202c"`);
});

it('n01: a wrong time zone is answered with the allowed ones of the same hours', async () => {
  const filed = await send(field('allowed-values/zone.csv'), ann);
  expect(filed.codes).toEqual([1023, 1023]);
  const [oslo, london] = messagesOf(filed);
  expect(oslo).toMatch(/^timeZone "Europe\/Oslo" is not one of the allowed values\. Use .*Europe\/Paris/);
  expect(london).toContain('Use Europe/Belfast, Europe/Dublin or Europe/Lisbon.');
});

it('n02: a wrong language is answered with the allowed one', async () => {
  const filed = await send(field('allowed-values/language.csv'), ann);
  expect(filed.codes).toEqual([9, 9]);
  expect(messagesOf(filed)).toEqual([
    'language "nb_NO" is not one of the allowed values. Use no_NO.',
    'language "en_GB" is not one of the allowed values. Use en_US.',
  ]);
});

describe('one code, and every field at fault is named', () => {
  it('n03: language and time zone', async () => {
    const filed = await send(field('allowed-values/both.csv'), ann);
    expect(filed.codes).toEqual([9]);
    expect(messagesOf(filed)[0]).toMatch(
      /^language "nb_NO" .* Use no_NO\. timeZone "Europe\/Oslo" .*Europe\/Paris/,
    );
  });

  it.each<[string, string, number, RegExp[]]>([
    [
      'Add',
      'emailAddress,action,givenName,familyName,timeZone,country,suppressInvitation,federationType\nkim@example.com,Add,,\u00a0,Europe/Oslo,UK,NEVER,SOME\n',
      9,
      [
        /givenName is empty/,
        /familyName is empty/,
        /Europe\/Paris/,
        /country "UK" .*Use GB\./,
        /"NEVER"/,
        /"SOME"/,
      ],
    ],
    [
      'Update of somebody unknown',
      `emailAddress,action,jobTitle,telephone,fax\nnobody@example.com,Update,${'x'.repeat(100)},${'5'.repeat(21)},${'5'.repeat(21)}\n`,
      9,
      [/telephone is longer/, /fax is longer/, /jobTitle is longer/],
    ],
    [
      'ChangeStorage',
      'emailAddress,action,subscriptionId,collabExtraStorage,mailExtraStorage\nann@example.com,ChangeStorage,85180,1.5,many\n',
      1041,
      [/collabExtraStorage "1\.5"/, /mailExtraStorage "many"/],
    ],
    [
      'an address that exists, and a wrong password',
      'emailAddress,action,givenName,familyName,subscriptionId,password\nann@example.com,Add,Ann,Berg,86796,short\n',
      1035,
      [/emailAddress already exists/, /password is too short/],
    ],
  ])('%s', async (_, text, code, parts) => {
    const filed = await send(text, ann);
    expect(filed.codes).toEqual([code]);
    expect(filed.lines.filter((line) => line.startsWith('Result code: '))).toHaveLength(1);
    const [message = ''] = messagesOf(filed);
    for (const part of parts) expect(message).toMatch(part);
    expect(message).not.toContain('short"');
  });
});

it('m02: an address needs a domain name, and at most 64 characters before the @', async () => {
  expect((await send(field('addresses/add.csv'))).codes).toEqual([1031, 1031]);
});

it('e01: a Rename to a used address names altEmailAddress, the value and what to do', async () => {
  const filed = await send(field('messages/rename.csv'), ann);
  expect(filed.codes).toEqual([1035]);
  expect(messagesOf(filed)[0]).toMatch(
    /^altEmailAddress already exists\. "bob@example\.com" belongs to another account\. Choose another address, or /,
  );
  const own = await send(
    'emailAddress,action,altEmailAddress\nann@example.com,Rename,Ann@Example.com\n',
    ann,
  );
  expect(messagesOf(own)[0]).toContain('is the current address of the account');
  const add = await send('emailAddress,action,givenName,familyName\nbob@example.com,Add,Bob,Berg\n', ann);
  expect(messagesOf(add)[0]).toMatch(/^emailAddress already exists\. "bob@example\.com" .*Update/);
});

it('e02: "Cannot revoke" goes on with keyword, address and the seats that are held', async () => {
  const filed = await send(field('messages/revoke.csv'), ann);
  expect(filed.codes).toEqual([1018]);
  expect(messagesOf(filed)).toEqual([
    'ERROR: Cannot revoke, user does not hold subscription. MAIL: ann@example.com holds COLLAB (85180). Choose one of the seats held.',
  ]);
  const none = await send('emailAddress,action,subscriptionId\nbob@example.com,RevokeSeat,traveler\n', ann);
  expect(messagesOf(none)[0]).toContain('TRAVELER: bob@example.com holds no seat.');
});

it('e04: messages about templates say what is needed and what there is', async () => {
  const filed = await send(field('messages/template.csv'));
  expect(filed.codes).toEqual([1055, 1055]);
  const [noName, noVersion] = messagesOf(filed);
  expect(noName).toMatch(/",,,<delete>" has no template name.*StdR85Mail/);
  expect(noVersion).toMatch(/unknown version "9\.9" of StdR85Mail\. Use 8\.5\.2 or 8\.5\.3\./);
  const rows = ['"StdR85Mail,,fr_FR"', '"StdR9Mail,,,other.nsf"', 'Nope', '"StdR9Mail,,,<delete>"'];
  const more = await send(
    `emailAddress,action,subscriptionId,givenName,familyName,password,notesTemplate\n${rows.map((one, n) => `kim${n}@example.com,Add,86796,Kim${n},Berg,passw0rd,${one}\n`).join('')}`,
  );
  expect(more.codes).toEqual([1055, 1055, 1055, 1055]);
  const [locale, forms, name, nothing] = messagesOf(more);
  expect(locale).toContain('does not have. Use en_US or es_ES.');
  expect(forms).toContain('Use forms9_x.nsf.');
  expect(name).toContain('unknown template "Nope". Use mail90.ntf, StdR85Mail');
  expect(nothing).toContain('no forms file to remove');
});

it('a seat that is held already is named with its holder and the way out', async () => {
  const filed = await send('emailAddress,action,subscriptionId\nann@example.com,AssignSeat,85180\n', ann);
  expect(messagesOf(filed)[0]).toBe(
    'ann@example.com already holds a seat of the subscription "85180" and can have only one. Remove the entry, or give another subscriptionId.',
  );
});

it('n17: without a mail server the invitation waits, and show says so with the new address', async () => {
  const text = 'emailAddress,action,subscriptionId,givenName,familyName,altEmailAddress\n';
  const add = 'kim@example.com,Add,85180,Kim,Berg,\n';
  const rename = 'kim@example.com,Rename,,,,kim.berg@example.com\n';
  expect((await send(text + add, { emailVerification: 'on' })).codes).toEqual([0]);
  const renamed = await acme.send(`1000001_PRV_${(sequence += 1)}.csv`, text + rename);
  expect(renamed.codes).toEqual([0]);
  expect(await shown('kim.berg@example.com')).toMatchObject({
    invitation: {
      state: 'pending',
      sentTo: 'kim.berg@example.com',
      sent: 'not sent: no mail server configured',
    },
  });
});
