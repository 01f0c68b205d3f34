import { describe, expect, it } from 'vitest';
import type { DirectoryRecord } from '../../../src/accounts/directory/entry-change.ts';
import { Breather } from '../../../src/breather.ts';
import { positionAfter, type Entry } from '../../../src/change-file/entry.ts';
import { readDirectory } from '../../../src/kinds/directory/reader.ts';
import { RECORD_BYTES_MAX, RECORD_LINES_MAX } from '../../../src/kinds/directory/ldif-records.ts';
import { chunksOf, readLdif } from './directory.ts';

/** What was read, in short: `add cn=Joe title=x`, `10 line`. */
function inShort({ read }: Entry<DirectoryRecord>): string {
  if ('refusal' in read) return `${read.refusal.code} ${read.refusal.reason ?? read.refusal.field}`;
  const { name, change } = read.record;
  const more =
    change.type === 'add'
      ? change.values.map(({ attribute, value }) => `${attribute}=${value}`)
      : change.type === 'modify'
        ? change.modifications.map(
            ({ does, attribute, values }) => `${does}:${attribute}=${values.join('|')}`,
          )
        : change.type === 'modrdn'
          ? [change.target?.text ?? 'nowhere', change.deleteOldRdn ? 'forget' : 'keep']
          : [];
  return [change.type, name.text, ...more].join(' ');
}

const read = async (ldif: string | Buffer) => (await readLdif(ldif)).map(inShort);
const lines = (...all: string[]) => `${all.join('\n')}\n`;
const joe = ['dn: cn=Joe', 'changetype: add'];

describe('what LDIF allows', () => {
  const plain = ['add cn=Joe title=Chief'];
  it.each([
    ['LF', lines(...joe, 'title: Chief'), plain],
    ['CR LF', lines(...joe, 'title: Chief').replaceAll('\n', '\r\n'), plain],
    ['CR alone', lines(...joe, 'title: Chief').replaceAll('\n', '\r'), plain],
    ['CR CR LF', lines(...joe, 'title: Chief').replaceAll('\n', '\r\r\n'), plain],
    ['folded lines with CR', lines(...joe, 'title: Ch', ' ief').replaceAll('\n', '\r'), plain],
    ['an end mark', `${lines(...joe, 'title: Chief')}\n\u001a`, plain],
    ['an end mark on the last line', `${[...joe, 'title: Chief'].join('\n')}\u001a\u001a`, plain],
    ['two byte order marks', `\ufeff\ufeff${lines(...joe, 'title: Chief')}`, plain],
    ['no line end at the end', [...joe, 'title: Chief'].join('\n'), plain],
    ['a byte order mark', `\ufeff${lines(...joe, 'title: Chief')}`, plain],
    ['a version line', lines('version: 1', '', ...joe, 'title: Chief'), plain],
    ['a version line without an empty line', lines('version: 1', ...joe, 'title: Chief'), plain],
    ['a byte order mark and a version line', `\ufeff${lines('version: 1', ...joe, 'title: Chief')}`, plain],
    ['empty lines before and after', `\n\n${lines(...joe, 'title: Chief')}\n\n\n`, plain],
    ['lines of blanks between records', lines('  ', ...joe, 'title: Chief', '', ' ', ''), plain],
    ['comments', lines('# one', '', '# two', ...joe, '# three', 'title: Chief', '# four'), plain],
    [
      'folded comments',
      lines('# one', ' dn: cn=No', '# two', ' two', ...joe, '#a', ' b', 'title: Chief'),
      plain,
    ],
    ['folded lines', lines('dn: cn', ' =J', ' oe', 'change', ' type: add', 'title: Ch', ' ief'), plain],
    ['folded lines with CR LF', lines(...joe, 'title: Ch', ' ief').replaceAll('\n', '\r\n'), plain],
    ['no blank after the colon', lines('dn:cn=Joe', 'changetype:add', 'title:Chief'), plain],
    ['several blanks after the colon', lines('dn:   cn=Joe', 'changetype:  add', 'title:   Chief'), plain],
    ['any case of names', lines('DN: cn=Joe', 'ChangeType: add', 'title: Chief'), plain],
    ['base64', lines('dn:: Y249Sm9l', 'changetype:: YWRk', 'title:: Q2hpZWY='), plain],
    ['folded base64', lines(...joe, 'title:: Q2h', ' pZWY='), plain],
    [
      'raw UTF-8',
      lines('dn: cn=Jørn', 'changetype: add', 'title: Høvding 😀'),
      ['add cn=Jørn title=Høvding 😀'],
    ],
    ['an empty value', lines(...joe, 'title:'), ['add cn=Joe title=']],
    ['a value with colons', lines(...joe, 'u: http://x:1'), ['add cn=Joe u=http://x:1']],
    ['options', lines(...joe, 'title;lang-no;x-y: Sjef'), ['add cn=Joe title;lang-no;x-y=Sjef']],
    ['numbers for names', lines(...joe, '2.5.4.12: Chief'), ['add cn=Joe 2.5.4.12=Chief']],
    ['binary values', lines(...joe, 'photo:: /9j/'), ['add cn=Joe photo=null']],
    ['nothing', '', []],
    ['only comments', lines('# one', '', '# two'), []],
    ['only a version line', lines('version: 1'), []],
  ])('%s', async (_, ldif, expected) => {
    expect(await read(ldif)).toEqual(expected);
  });

  it('a line that is folded inside a character', async () => {
    const [before, after] = [
      Buffer.from(lines(...joe) + 'title: H\xc3', 'latin1'),
      Buffer.from('\n \xb8vding\n', 'latin1'),
    ];
    expect(await read(Buffer.concat([before, after]))).toEqual(['add cn=Joe title=Høvding']);
  });
});

describe('modify', () => {
  const modify = (...parts: string[]) => lines('dn: cn=Joe', 'changetype: modify', ...parts);
  it.each([
    [
      'with a line - after each part',
      ['delete: pager', '-', 'replace: mobile', 'mobile: 1', '-'],
      'delete:pager= replace:mobile=1',
    ],
    ['without', ['delete: pager', 'replace: mobile', 'mobile: 1'], 'delete:pager= replace:mobile=1'],
    [
      'with the last one left out',
      ['delete: pager', '-', 'replace: mobile', 'mobile: 1'],
      'delete:pager= replace:mobile=1',
    ],
    ['several values', ['add: pager', 'pager: 1', 'pager: 2', '-'], 'add:pager=1|2'],
    ['no part', [], ''],
    ['words in any case', ['Replace: title', 'TITLE: x'], 'replace:title=x'],
    ['options', ['replace: title;lang-no', 'Title;LANG-no: x'], 'replace:title;lang-no=x'],
    [
      'an attribute named like a word, with -',
      ['replace: delete', 'delete: x', '-', 'delete: y', '-'],
      'replace:delete=x delete:y=',
    ],
    [
      'an attribute named like a word, without -',
      ['replace: delete', 'delete: x', 'delete: y'],
      'replace:delete=x|y',
    ],
  ])('%s', async (_, parts, expected) => {
    expect(await read(modify(...parts))).toEqual([`modify cn=Joe ${expected}`.trim()]);
  });

  it.each([
    ['a value without a part', ['title: x'], '10 unexpected'],
    ['a value of another attribute', ['replace: title', 'mobile: x'], '10 unexpected'],
    ['a value after the end of its part', ['replace: title', '-', 'title: x'], '10 unexpected'],
    ['a part without an attribute', ['replace:'], '10 unexpected'],
    ['an add without a value', ['add: title', '-'], '10 no-value'],
  ])('%s is no LDIF', async (_, parts, expected) => {
    expect(await read(modify(...parts))).toEqual([expected]);
  });
});

describe('modrdn and moddn', () => {
  const rename = (...parts: string[]) =>
    lines('dn: cn=Joe+uid=7,ou=Sales,o=Acme', 'changetype: modrdn', ...parts);
  const from = 'modrdn cn=Joe+uid=7,ou=Sales,o=Acme';
  it.each([
    ['a new RDN', ['newrdn: cn=Jim', 'deleteoldrdn: 1'], `${from} cn=Jim,ou=Sales,o=Acme forget`],
    ['without deleteoldrdn', ['newrdn: cn=Jim'], `${from} cn=Jim,ou=Sales,o=Acme forget`],
    ['the old value stays', ['newrdn: cn=Jim', 'deleteoldrdn: 0'], `${from} cn=Jim,ou=Sales,o=Acme keep`],
    ['without attribute', ['newrdn: Jim Beam'], `${from} cn=Jim Beam,ou=Sales,o=Acme forget`],
    ['a move', ['newrdn: cn=Jim', 'newsuperior: ou=Press, o=Acme'], `${from} cn=Jim,ou=Press, o=Acme forget`],
    ['a move to the root', ['newrdn: cn=Jim', 'newsuperior:'], `${from} cn=Jim forget`],
    [
      'in any order',
      ['newsuperior: o=Acme', 'deleteoldrdn: 0', 'newrdn: cn=Jim'],
      `${from} cn=Jim,o=Acme keep`,
    ],
    ['without a new RDN', ['deleteoldrdn: 1'], `${from} nowhere forget`],
  ])('%s', async (_, parts, expected) => {
    expect(await read(rename(...parts))).toEqual([expected]);
    expect(await read(rename(...parts).replace('modrdn', 'moddn'))).toEqual([expected]);
  });

  it.each([
    ['a malformed new RDN', ['newrdn: cn=Jim;'], '11 newrdn'],
    ['two RDNs', ['newrdn: cn=Jim,ou=x'], '11 newrdn'],
    ['a bare name with a comma', ['newrdn: Beam, Jim'], '11 newrdn'],
    ['a malformed newsuperior', ['newrdn: cn=Jim', 'newsuperior: Sales'], '11 newsuperior'],
    ['a binary newsuperior', ['newrdn: cn=Jim', 'newsuperior:: /w=='], '11 newsuperior'],
    ['deleteoldrdn: yes', ['newrdn: cn=Jim', 'deleteoldrdn: yes'], '10 deleteoldrdn'],
    ['a line twice', ['newrdn: cn=Jim', 'newrdn: cn=Jim'], '10 unexpected'],
    ['another line', ['newrdn: cn=Jim', 'title: x'], '10 unexpected'],
  ])('%s: %s', async (_, parts, expected) => {
    expect(await read(rename(...parts))).toEqual([expected]);
  });
});

describe('what is refused, and why', () => {
  it.each([
    ['no colon', lines('dn: cn=Joe', 'changetype add'), '10 line'],
    ['no attribute', lines(...joe, ': x'), '10 line'],
    ['a record that begins with a blank', lines(' dn: cn=Joe', 'changetype: add'), '10 line'],
    ['Latin-1', Buffer.from(lines(...joe, 'title: H\xf8vding'), 'latin1'), '10 encoding'],
    ['NUL', lines(...joe, 'title: a\0b'), '10 control-character'],
    ['a CR inside a line, which ends it', lines(...joe, 'title: a\rb'), '10 line'],
    ['increment', lines('dn: cn=Joe', 'changetype: modify', 'increment: x', 'x: 1', '-'), '10 increment'],
    ['bad base64', lines(...joe, 'title:: Q2hpZWY'), '10 base64'],
    ['base64 with other characters', lines(...joe, 'title:: Q2!p'), '10 base64'],
    ['a URL', lines(...joe, 'title:< file:///etc/hostname'), '10 url'],
    ['a URL for what is dropped anyway', lines(...joe, 'jpegPhoto:< file:///etc/hostname'), '10 url'],
    ['a control', lines('dn: cn=Joe', 'control: 1.2.3 true', 'changetype: delete'), '10 control'],
    ['a forgotten empty line', lines(...joe, 'dn: cn=Jim', 'changetype: delete'), '10 second-dn'],
    ['two changetypes', lines(...joe, 'changetype: delete'), '10 changetype-place'],
    ['a changetype at the end', lines('dn: cn=Joe', 'title: x', 'changetype: add'), '10 changetype-place'],
    ['no changetype', lines('dn: cn=Joe', 'title: x'), '10 changetype-missing'],
    ['no changetype and nothing else', lines('dn: cn=Joe'), '10 changetype-missing'],
    ['an unknown changetype', lines('dn: cn=Joe', 'changetype: remove'), '10 changetype-unknown'],
    ['an empty changetype', lines('dn: cn=Joe', 'changetype:'), '10 changetype-unknown'],
    ['lines after delete', lines('dn: cn=Joe', 'changetype: delete', 'title: x'), '10 unexpected'],
    ['a - in an add', lines(...joe, 'title: x', '-'), '10 separator'],
    ['a - alone', lines('-'), '11 missing'],
    ['no DN', lines('changetype: add', 'title: x'), '11 missing'],
    ['an empty DN', lines('dn:', 'changetype: add'), '11 missing'],
    ['a malformed DN', lines('dn: Joe Smith', 'changetype: add'), '11 dn'],
    ['a DN of bytes', lines('dn:: /w==', 'changetype: add'), '11 dn'],
  ])('%s', async (_, ldif, expected) => {
    expect(await read(ldif)).toEqual([expected]);
  });

  it.each([
    ['Add', 'ignored cn=Joe'],
    ['aDd', 'ignored cn=Joe'],
    ['Remove', 'ignored cn=Joe'],
    ['Ændre', 'ignored cn=Joe'],
  ])('changetype %s is skipped, whatever follows', async (changetype, expected) => {
    expect(await read(lines('dn: cn=Joe', `changetype: ${changetype}`, 'add: x', '-'))).toEqual([expected]);
  });

  it.each([
    ['10 before 11', lines('dn: Joe', 'changetype add'), '10 line'],
    [
      '10 before 11, of the structure too',
      lines('dn: Joe', 'changetype: delete', 'title: x'),
      '10 unexpected',
    ],
    ['10 before skipping', lines('dn: cn=Joe', 'changetype: Add', 'title'), '10 line'],
    ['11 before skipping', lines('dn: Joe', 'changetype: Add'), '11 dn'],
    ['11 before a missing changetype', lines('dn: Joe', 'title: x'), '11 dn'],
    ['skipping before an unknown changetype', lines('dn: cn=Joe', 'changetype: Remove'), 'ignored cn=Joe'],
  ])('order of the codes: %s', async (_, ldif, expected) => {
    expect(await read(ldif)).toEqual([expected]);
  });

  it('a version that nobody knows refuses every record', async () => {
    expect(await read(lines('version: 2', '', ...joe, '', ...joe))).toEqual(['10 version', '10 version']);
  });
});

describe('a bad record costs only itself', () => {
  const good = lines('dn: cn=Jim', 'changetype: delete');
  it.each([
    ['no LDIF', 'nonsense\nmore nonsense\n'],
    ['Latin-1', Buffer.from('dn: cn=J\xf8\n', 'latin1').toString('latin1')],
    ['too long', `dn: cn=Joe\nchangetype: add\n${'photo:: '.padEnd(RECORD_BYTES_MAX, 'A')}\n`],
    ['of too many lines', `dn: cn=Joe\nchangetype: add\n${'a:\n'.repeat(RECORD_LINES_MAX)}`],
    ['an endless line', `dn: cn=Joe\n${'x'.repeat(3 * RECORD_BYTES_MAX)}\n`],
    ['endless folded lines', `dn: cn=Joe\n${' x\n'.repeat(RECORD_BYTES_MAX)}`],
  ])('%s', async (_, bad) => {
    const [first, second, third] = await readLdif(Buffer.from(`${good}\n${bad}\n${good}`, 'latin1'));
    expect(first && inShort(first)).toBe('delete cn=Jim');
    expect(second && inShort(second)).toMatch(/^10 /);
    expect(third && inShort(third)).toBe('delete cn=Jim');
    expect(second?.place.byteCount).toBe(bad.length);
  });
});

it('a long record is read with pauses, line by line, and one line more is too many', async () => {
  let pauses = 0;
  const breather = new Breather(async () => void (pauses += 1));
  breather.isDue = () => true;
  const file = (count: number) =>
    Buffer.from(lines(...joe, ...Array.from({ length: count - 2 }, () => 'a:')));
  const readOne = async (count: number) => {
    pauses = 0;
    const { entries } = await readDirectory(() => chunksOf(file(count), 65_536), null, breather);
    return (await Array.fromAsync(entries)).map(inShort)[0]?.slice(0, 20) ?? '';
  };
  expect(await readOne(RECORD_LINES_MAX)).toMatch(/^add cn=Joe a= a= /);
  // Cutting the file into lines, and understanding each.
  expect(pauses).toBeGreaterThan(2 * RECORD_LINES_MAX);
  expect(await readOne(RECORD_LINES_MAX + 1)).toBe('10 too-many-lines');
});

describe('places', () => {
  const text = [
    '\ufeffversion: 1',
    '# a comment',
    'dn: cn=A',
    'changetype: delete',
    '',
    '',
    '# another',
    ' one',
    'dn: cn=B',
    'changetype: mod',
    ' ify',
    '# within',
    'replace: title',
    '',
    'dn: cn=C',
    'changetype: delete',
  ].join('\r\n');

  it('entry, line, bytes and number of lines', async () => {
    const places = (await readLdif(text)).map(({ place }) => place);
    expect(places.map(({ entry, line, lineCount }) => [entry, line, lineCount])).toEqual([
      [1, 3, 2],
      [2, 9, 5],
      [3, 15, 2],
    ]);
    const bytes = Buffer.from(text);
    const texts = places.map(({ firstByte, byteCount }) =>
      bytes.toString('utf8', firstByte, firstByte + byteCount),
    );
    expect(texts).toEqual([
      'dn: cn=A\r\nchangetype: delete\r\n',
      'dn: cn=B\r\nchangetype: mod\r\n ify\r\n# within\r\nreplace: title\r\n',
      'dn: cn=C\r\nchangetype: delete',
    ]);
  });

  it('are the same whatever the chunks are', async () => {
    const whole = await readLdif(text);
    for (const bytes of [1, 2, 3, 7, 64]) expect(await readLdif(text, bytes)).toEqual(whole);
  });

  it('reading goes on after any entry as if it had never stopped', async () => {
    const whole = await readLdif(text);
    const bytes = Buffer.from(text);
    for (const [index, { place }] of whole.entries()) {
      const { entries } = await readDirectory(
        (first) => chunksOf(bytes.subarray(first), 5),
        positionAfter(place),
      );
      expect(await Array.fromAsync(entries)).toEqual(whole.slice(index + 1));
    }
  });
});

it('names of members are taken apart by the reader, which pauses, and not where the record is decided', async () => {
  const group = ['dn: cn=G,o=Acme', 'changetype: modify', 'add: member'];
  const [entry] = await readLdif(lines(...group, 'member: CN=Ann , o=Acme', 'member: ann'));
  const members = entry && 'record' in entry.read ? [...entry.read.record.members] : null;
  expect(members).toEqual([
    ['CN=Ann , o=Acme', 'o=acme,cn=ann'],
    ['ann', null],
  ]);
});
