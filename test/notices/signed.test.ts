/** Receivers written with the public library of Standard Webhooks. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../src/notices/notice.ts';
import { readSecrets } from '../../src/notices/secrets.ts';
import { isSecret, signedHeaders } from '../../src/notices/sign.ts';
import { webhookMessage } from '../../src/notices/webhook-body.ts';

const [SECRET, OLD] = [1, 2].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`) as [
  string,
  string,
];
const NOTICE: Notice = {
  event: '4711',
  at: new Date('2026-05-01T08:00:00Z'),
  type: 'file.applied_with_errors',
  customer: 1_000_001,
  subject: '1000001_HR_PRV_1.csv',
  data: { entries: 7, written: 5, readErrors: 0, writeErrors: 2, ms: 3 },
};

describe('a signature', () => {
  const { id, body } = webhookMessage(NOTICE, 'standard', 'customer');
  const headers = signedHeaders(id, new Date(), body, [SECRET, OLD]);

  it.each([
    ['the new secret', SECRET],
    ['the old one', OLD],
  ])('is accepted by who knows %s', (_, secret) => {
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({ type: 'file.applied_with_errors' });
  });

  it.each([
    ['the body', { body: body.replace('"5"', '"6"').replace('7', '8'), headers }],
    ['the id', { body, headers: { ...headers, 'webhook-id': 'evt_1' } }],
    [
      'the time',
      { body, headers: { ...headers, 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 1) } },
    ],
    ['the signature', { body, headers: { ...headers, 'webhook-signature': `v1,${'A'.repeat(43)}=` } }],
  ])('is refused where %s was changed', (_, message) => {
    expect(() => new Webhook(SECRET).verify(message.body, message.headers)).toThrow();
  });

  it('is refused by who knows neither', () => {
    const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    expect(() => new Webhook(other).verify(body, headers)).toThrow('No matching signature');
  });
});

it('the body says what has happened, to which file, what to do and where to look', () => {
  const { body } = webhookMessage(NOTICE, 'standard', 'customer');
  expect(JSON.parse(body)).toEqual({
    type: 'file.applied_with_errors',
    timestamp: '2026-05-01T08:00:00.000Z',
    data: {
      customer: '1000001',
      file: '1000001_HR_PRV_1.csv',
      entries: 7,
      written: 5,
      readErrors: 0,
      writeErrors: 2,
      ms: 3,
      message: {
        what: '1000001_HR_PRV_1.csv was applied; 2 of 7 entries failed.',
        todo: 'Correct the failed entries and upload them in a new file.',
        where: 'See _report in your folder.',
      },
    },
  });
});

it('as CloudEvents, it has the attributes of 1.0', () => {
  const { body, contentType, id } = webhookMessage(NOTICE, 'cloudevents', 'customer');
  expect(contentType).toBe('application/cloudevents+json');
  expect(JSON.parse(body)).toMatchObject({
    specversion: '1.0',
    id,
    source: '/customers/1000001',
    subject: '1000001_HR_PRV_1.csv',
    type: 'file.applied_with_errors',
    time: '2026-05-01T08:00:00.000Z',
    datacontenttype: 'application/json',
    data: { entries: 7 },
  });
});

describe('a file with secrets', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-secrets-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const written = async (text: string, mode = 0o600) => {
    await writeFile(path.join(folder, 'erp'), text);
    await chmod(path.join(folder, 'erp'), mode);
    return readSecrets(folder, 'erp');
  };

  it('has one a line, and comments', async () => {
    expect(await written(`# since May\n${SECRET}\n\n${OLD}\n`)).toEqual([SECRET, OLD]);
  });

  it.each([
    ['', 0o600, 'secret_wrong'],
    ['whsec_short\n', 0o600, 'secret_wrong'],
    [`${SECRET}\n`.repeat(4), 0o600, 'secret_wrong'],
    [`${SECRET}\n`, 0o604, 'secret_open'],
  ])('%j with mode %o is refused', async (text, mode, fault) => {
    expect(await written(text, mode)).toEqual({ fault });
  });

  it.each(['nothing', '../erp', '.', '/etc/passwd', ''])('%j is not there', async (name) => {
    expect(await readSecrets(folder, name)).toEqual({ fault: 'secret_missing' });
  });

  it('is no secret below 24 bytes or above 64', () => {
    const sized = (bytes: number) => isSecret(`whsec_${Buffer.alloc(bytes, 1).toString('base64')}`);
    expect([23, 24, 64, 65].map(sized)).toEqual([false, true, true, false]);
  });
});
