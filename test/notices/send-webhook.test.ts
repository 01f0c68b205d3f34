/** One webhook to a real server: what is accepted, and what is not even connected to. */
import { generate } from 'selfsigned';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAgents, sendWebhook, type WebhookRules } from '../../src/notices/send-webhook.ts';
import { accept, answer, closeEarly, neverAnswer, startReceiver, type Receiver } from './receiver.ts';

const LOOPBACK: WebhookRules = { allowNetworks: ['127.0.0.0/8'], allowHttp: true, timeoutMs: 10_000 };
const BODY = JSON.stringify({ type: 'test' });

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver[Symbol.asyncDispose]());

const send = (rules: Partial<WebhookRules> = {}, url = receiver.url) =>
  sendWebhook(url, { 'content-type': 'application/json' }, BODY, { ...LOOPBACK, ...rules });

describe('an answer', () => {
  it.each([200, 201, 202, 204])('%d is accepted', async (status) => {
    receiver.behave(answer(status));
    expect(await send()).toEqual({ ok: true });
    expect(receiver.received).toMatchObject([
      { body: BODY, headers: { 'content-type': 'application/json' } },
    ]);
  });

  it.each([301, 302, 307, 308])('%d is followed nowhere', async (status) => {
    await using other = await startReceiver();
    receiver.behave(answer(status, { location: other.url }));
    expect(await send()).toEqual({ ok: false, failure: `http_${status}` });
    expect(other.received).toEqual([]);
  });

  it.each([400, 401, 404, 500, 503])('%d is a failure', async (status) => {
    receiver.behave(answer(status));
    expect(await send()).toEqual({ ok: false, failure: `http_${status}` });
  });

  it('410 says that no more is wanted, and Retry-After for how long', async () => {
    receiver.behave(answer(410));
    expect(await send()).toMatchObject({ ok: false, gone: true });
    receiver.behave(answer(429, { 'retry-after': '7' }));
    expect(await send()).toMatchObject({ ok: false, askedMs: 7_000 });
  });

  it('without end is not read to its end', async () => {
    let written = 0;
    receiver.behave((response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384, 'x'))) written += 16_384;
      };
      response.on('drain', more).on('error', () => {});
      response.writeHead(200);
      more();
    });
    expect(await send()).toEqual({ ok: true });
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['none', neverAnswer, 'timeout', 100],
    ['a connection that is closed', closeEarly, 'connection', 10_000],
    [
      'a head without an end',
      (response: Parameters<typeof accept>[0]) => void response.writeHead(200).write('x'),
      'timeout',
      100,
    ],
  ] as const)('%s', async (_, behaviour, failure, timeoutMs) => {
    receiver.behave(behaviour);
    expect(await send({ timeoutMs })).toEqual({ ok: false, failure });
  });
});

describe('an address', () => {
  it.each([
    ['loopback', (port: number) => `http://127.0.0.1:${port}/`],
    ['loopback as one number', (port: number) => `http://2130706433:${port}/`],
    ['loopback in IPv6', (port: number) => `http://[::ffff:127.0.0.1]:${port}/`],
    ['metadata', () => 'http://169.254.169.254/latest/meta-data/'],
    ['the name of this machine', (port: number) => `http://localhost:${port}/`],
  ])('%s is refused where nobody has allowed it', async (_, url) => {
    expect(await send({ allowNetworks: [] }, url(receiver.port))).toEqual({
      ok: false,
      failure: 'address_refused',
    });
    expect(receiver.received).toEqual([]);
  });

  it('is refused where a name has a private one among others', async () => {
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.7', family: 4 },
    ];
    const outcome = await send({ resolve }, `http://hook.example:${receiver.port}/`);
    expect(outcome).toEqual({ ok: false, failure: 'address_refused' });
  });

  it('that was looked at is the one that is connected to: the name is asked once', async () => {
    const answers = ['127.0.0.1', '10.0.0.7'];
    let asked = 0;
    const resolve = async () => [{ address: answers[asked++] ?? '10.0.0.7', family: 4 }];
    // A name that no server knows: a second look-up would fail.
    expect(await send({ resolve }, `http://hook.invalid:${receiver.port}/`)).toEqual({ ok: true });
    expect(asked).toBe(1);
    expect(receiver.received[0]?.headers.host).toBe(`hook.invalid:${receiver.port}`);
  });

  it('is waited for no longer than for all of it', async () => {
    const resolve = () => new Promise<never>(() => {});
    expect(await send({ resolve, timeoutMs: 50 }, 'http://hook.invalid/')).toEqual({
      ok: false,
      failure: 'timeout',
    });
  });

  it('without TLS is refused where nobody has allowed it', async () => {
    expect(await send({ allowHttp: false })).toEqual({ ok: false, failure: 'not_https' });
    expect(await send({}, 'file:///etc/passwd')).toEqual({ ok: false, failure: 'not_https' });
    expect(receiver.received).toEqual([]);
  });
});

it('a connection is kept for the next one, and made anew where the receiver has closed it', async () => {
  using agents = openAgents();
  const connections = new Set<unknown>();
  receiver.behave((response, one, nth) => {
    const { socket } = response;
    connections.add(socket);
    // The second answer is the last on its connection, without a word of that.
    if (nth === 2) response.on('finish', () => void setImmediate(() => socket?.destroy()));
    accept(response, one, nth);
  });
  for (let n = 0; n < 4; n += 1) expect(await send({ agents })).toEqual({ ok: true });
  expect(receiver.received).toHaveLength(4);
  // The third on one of its own, and the fourth on another one that is kept.
  expect(connections.size).toBe(3);
});

it('a certificate has to be trusted, and of the name in the URL', async () => {
  const make = (value: string) =>
    generate([{ name: 'commonName', value }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value }] }],
    });
  const { cert, private: key } = await make('hook.example');
  await using secure = await startReceiver(accept, { key, cert });
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  const to = (name: string, rules: Partial<WebhookRules>) =>
    send({ resolve, allowHttp: false, ...rules }, `https://${name}:${secure.port}/`);
  expect(await to('hook.example', { ca: cert })).toEqual({ ok: true });
  expect(await to('hook.example', {})).toEqual({ ok: false, failure: 'tls' });
  expect(await to('other.example', { ca: cert })).toEqual({ ok: false, failure: 'tls' });
  expect(secure.received).toHaveLength(1);
});
