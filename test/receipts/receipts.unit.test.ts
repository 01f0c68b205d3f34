import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { receiptName } from '../../src/change-file/receipt-names.ts';
import type { ReceiptFacts } from '../../src/change-file/receipt-facts.ts';
import { Sealing } from '../../src/receipts/build.ts';
import { chainFaults, type Link } from '../../src/receipts/chain.ts';
import { keyIdOf, publicKeysIn } from '../../src/receipts/public-keys.ts';
import { readReceipt } from '../../src/receipts/read-receipt.ts';
import { canonicalText, seal, sha256, type Receipt } from '../../src/receipts/receipt.ts';

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { privateKey, publicKey, keyId: keyIdOf(publicKey), pem };
}

const KEY = newKey();
const KEYS = publicKeysIn(KEY.pem);

const receiptOf = (given: Partial<Receipt> = {}): Receipt => ({
  version: 1,
  customer: 'acme',
  number: 1,
  previous: null,
  file: {
    name: '1000001_Bürö_PRV_5.csv',
    bytes: 120,
    sha256: sha256('file'),
    filedAs: '_processed/1000001_Bürö_PRV_5.csv',
    sequence: '5',
  },
  upload: { login: 'ftp-acme', address: '192.0.2.7', at: '2026-03-01T10:00:00.000Z' },
  decision: { what: 'applied', code: null, reason: null, at: '2026-03-01T10:00:02.000Z' },
  counts: { entries: 2, written: 2, readErrors: 0, writeErrors: 0 },
  report: { name: 'llis_report_20260301_100001.txt', sha256: sha256('report') },
  trace: { name: '1000001_Bürö_PRV_5_trace.csv', sha256: sha256('trace') },
  keyId: KEY.keyId,
  ...given,
});

const read = (text: string) => readReceipt(text, KEYS);

describe('a receipt', () => {
  it('is read as it was sealed, whatever the ends of its lines', () => {
    const { text, hash, receipt } = seal(receiptOf(), KEY);
    expect(read(text)).toEqual({ kind: 'good', receipt, hash });
    expect(read(text.replaceAll('\n', '\r\n'))).toMatchObject({ kind: 'good', hash });
    expect(read(JSON.stringify(JSON.parse(text)))).toMatchObject({ kind: 'good', hash });
  });

  it('hides nothing of a name, and is read as it was sealed', () => {
    const { file } = receiptOf();
    const { text, hash } = seal(receiptOf({ file: { ...file, name: 'a\u202e\u001b\u00a0"\\.csv' } }), KEY);
    expect(text).toContain(String.raw`"name": "a\u202e\u001b\u00a0\"\\.csv"`);
    expect(read(text)).toMatchObject({ kind: 'good', hash });
  });

  it('is the same byte for byte when it is sealed again', () => {
    expect(seal(receiptOf(), KEY)).toEqual(seal(receiptOf(), KEY));
  });

  it('is signed in a form that others can make of it', () => {
    const { text } = seal(receiptOf({ counts: null, trace: null }), KEY);
    const { receipt, signature } = JSON.parse(text) as { receipt: never; signature: { value: string } };
    const signed = canonicalText(receipt);
    expect(signed).toMatch(/^\{"counts":null,"customer":"acme","decision":\{"at":"2026/);
    expect(verify(null, Buffer.from(signed), KEY.publicKey, Buffer.from(signature.value, 'base64'))).toBe(
      true,
    );
  });

  it('shows the change of any of its bytes', () => {
    const { text } = seal(receiptOf(), KEY);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (bytes[at] ?? 0) ^ 1;
      const said = read(changed.toString());
      // White space says nothing.
      if (changed.toString().replaceAll(/\s/g, '') === text.replaceAll(/\s/g, '')) continue;
      expect([at, said.kind]).not.toEqual([at, 'good']);
    }
  });

  it.each<[what: string, (receipt: Receipt) => void]>([
    ['customer', (one) => void (one.customer = 'beta')],
    ['number', (one) => void (one.number = 2)],
    ['previous', (one) => void (one.previous = sha256('other'))],
    ['name', (one) => void (one.file.name = 'x.csv')],
    ['size', (one) => void (one.file.bytes = 121)],
    ['content', (one) => void (one.file.sha256 = sha256('other'))],
    ['place', (one) => void (one.file.filedAs = null)],
    ['sequence', (one) => void (one.file.sequence = '6')],
    ['login', (one) => void (one.upload.login = null)],
    ['address', (one) => void (one.upload.address = '192.0.2.8')],
    ['moment', (one) => void (one.upload.at = '2026-03-01T10:00:00.001Z')],
    ['decision', (one) => void (one.decision.what = 'refused')],
    ['code', (one) => void (one.decision.code = 5)],
    ['counts', (one) => void (one.counts = { entries: 2, written: 1, readErrors: 1, writeErrors: 0 })],
    ['report', (one) => void (one.report.sha256 = sha256('other'))],
    ['trace', (one) => void (one.trace = null)],
  ])('whose %s is another one is altered', (_, change) => {
    const parsed = JSON.parse(seal(receiptOf(), KEY).text) as { receipt: Receipt };
    change(parsed.receipt);
    expect(read(JSON.stringify(parsed)).kind).toBe('altered');
  });

  it('is altered where it says something twice, or more than was signed', () => {
    const { text } = seal(receiptOf(), KEY);
    expect(read(text.replace('"customer"', '"customer": "beta", "customer"')).kind).toBe('altered');
    expect(read(text.replace('"version": 1', '"version": 1, "note": "x"')).kind).toBe('altered');
    expect(read(text.replace('acme', '\\u0061cme')).kind).toBe('altered');
  });

  it('proves nothing without its key', () => {
    const other = newKey();
    const { text } = seal(receiptOf(), KEY);
    expect(readReceipt(text, publicKeysIn(other.pem))).toEqual({ kind: 'unknown-key', keyId: KEY.keyId });
    // Signed with another key, under the name of the right one.
    expect(read(seal(receiptOf(), { ...other, keyId: KEY.keyId }).text).kind).toBe('altered');
    expect([...publicKeysIn(`${other.pem}\n${KEY.pem}`).keys()]).toEqual([other.keyId, KEY.keyId]);
    expect(publicKeysIn('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----').size).toBe(0);
  });

  it.each(['', '{}', '[]', 'null', '{"receipt":{"version":2},"signature":{}}'])('is none: %j', (text) => {
    expect(read(text)).toEqual({ kind: 'unreadable' });
  });
});

describe('the chain', () => {
  const chain = (count: number): Link[] => {
    const links: Link[] = [];
    for (let number = 1; number <= count; number += 1)
      links.push({
        place: `${number}.json`,
        customer: 'acme',
        number,
        previous: links.at(-1)?.hash ?? null,
        hash: sha256(`acme ${number}`),
      });
    return links;
  };
  const four = chain(4);
  const [one, two, three, last] = four as [Link, Link, Link, Link];
  const customer = 'acme';

  it.each<[what: string, Link[], ReturnType<typeof chainFaults>]>([
    ['whole', four, []],
    ['in any order, some twice', [three, one, last, two, one, last], []],
    ['begun in the middle', [three, last], []],
    ['of one', [last], []],
    ['of none', [], []],
    ['of two customers', [...four, { ...one, customer: 'beta', hash: sha256('beta') }], []],
    ['one left out', [one, two, last], [{ kind: 'missing', customer, first: 3, last: 3 }]],
    ['several left out', [one, last], [{ kind: 'missing', customer, first: 2, last: 3 }]],
    [
      'one replaced',
      [one, { ...two, hash: sha256('other') }, three],
      [{ kind: 'broken', customer, place: '3.json', number: 3, before: '2.json' }],
    ],
    [
      'two of one number',
      [one, two, { ...two, place: 'b.json', hash: sha256('other') }, three],
      [{ kind: 'fork', customer, place: 'b.json', number: 2, other: '2.json' }],
    ],
    [
      'a first one with one before it',
      [{ ...one, previous: sha256('x') }, two],
      [{ kind: 'first', customer, place: '1.json', number: 1 }],
    ],
    [
      'a later one with none before it',
      [one, { ...two, previous: null }],
      [{ kind: 'first', customer, place: '2.json', number: 2 }],
    ],
  ])('%s', (_, links, faults) => {
    expect(chainFaults(links)).toEqual(faults);
  });
});

it('has the name of its file', () => {
  expect(receiptName('1000001_PRV_5.csv')).toBe('1000001_PRV_5.receipt.json');
  expect(receiptName('1000001_DI_5.LDIF', 17)).toBe('1000001_DI_5.receipt.17.json');
  expect(Buffer.byteLength(receiptName(`${'ü'.repeat(120)}.csv`, 12_345))).toBeLessThanOrEqual(255);
});

describe('the receipts of a batch', () => {
  const factsOf = (given: Partial<ReceiptFacts> = {}): ReceiptFacts => ({
    id: 1,
    name: '1000001_PRV_5.csv',
    bytes: 3,
    sha256: sha256('x'),
    sequence: '5',
    folder: '_processed',
    filedAs: '1000001_PRV_5_1.json',
    login: null,
    address: null,
    receivedAt: '2026-03-01T11:00:00.123456+01:00',
    finishedAt: '2026-03-01T10:00:02+00:00',
    decision: 'applied',
    code: null,
    reason: null,
    counts: null,
    traceSha256: sha256('trace'),
    isSealed: false,
    isNameTaken: false,
    ...given,
  });
  const report = { name: 'r.txt', sha256: sha256('report') };
  const sealing = (last: { number: number; hash: string } | null = null) =>
    new Sealing({ customer: 'acme', report, key: KEY }, last);
  const saidOf = (facts: ReceiptFacts) =>
    (JSON.parse(sealing().next(facts).content) as { receipt: Receipt }).receipt;

  it('follow the last one, and one another', () => {
    const [before, made] = [
      { number: 41, hash: sha256('before') },
      sealing({ number: 41, hash: sha256('before') }),
    ];
    const contents = [made.next(factsOf()), made.next(factsOf({ id: 2, name: 'b.csv' }))];
    const links = contents.map(({ content, number }) => {
      const reading = read(content);
      if (reading.kind !== 'good') throw new Error(reading.kind);
      return {
        place: `${number}`,
        customer: 'acme',
        number,
        previous: reading.receipt.previous,
        hash: reading.hash,
      };
    });
    expect(links.map(({ number, previous }) => [number, previous])).toEqual([
      [42, before.hash],
      [43, links[0]?.hash],
    ]);
    expect(contents.map(({ hash }) => hash)).toEqual(links.map(({ hash }) => hash));
    expect(chainFaults(links)).toEqual([]);
  });

  it('have names of their own', () => {
    const made = sealing({ number: 6, hash: sha256('x') });
    const nameOf = (given: Partial<ReceiptFacts>) => made.next(factsOf(given)).name;
    const long = 'x'.repeat(230);
    expect([
      nameOf({}),
      nameOf({ name: '1000001_PRV_5.ldif' }),
      nameOf({ name: 'b.csv', isNameTaken: true }),
      nameOf({ name: `${long}.csv` }),
      nameOf({ name: 'without' }),
    ]).toEqual([
      '1000001_PRV_5.receipt.json',
      '1000001_PRV_5.receipt.8.json',
      'b.receipt.9.json',
      `${'x'.repeat(200)}.receipt.10.json`,
      'without.receipt.json',
    ]);
  });

  it.each<[what: string, given: Partial<ReceiptFacts>]>([
    ['applied', {}],
    ['refused', { decision: 'refused', code: 4 }],
    ['on-hold', { decision: 'held', code: 1001 }],
    ['quarantined', { decision: 'quarantined', reason: 'infected' }],
    ['discarded', { decision: 'discarded', code: 2202, reason: 'expired' }],
    ['set-aside', { decision: 'refused', reason: 'set-aside' }],
    ['set-aside', { decision: 'applied', reason: 'set-aside' }],
    ['lost', { decision: 'refused', reason: 'lost' }],
  ])('say %s', (what, given) => {
    expect(saidOf(factsOf(given)).decision.what).toBe(what);
  });

  it('say moments in UTC, and where file and trace lie', () => {
    expect(saidOf(factsOf())).toMatchObject({
      file: { filedAs: '_processed/1000001_PRV_5_1.json' },
      upload: { at: '2026-03-01T10:00:00.123Z' },
      trace: { name: '1000001_PRV_5_1_trace.csv' },
    });
    expect(saidOf(factsOf({ traceSha256: null, filedAs: null }))).toMatchObject({
      file: { filedAs: null },
      trace: null,
    });
  });
});
