/** A real daemon that tells a receiver: the secret is where it has to be, and nowhere else. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startMailServer, type MailServer } from '../journeys/mail-server.ts';
import { spoolgate } from '../support/command-line.ts';
import { poll } from '../support/courier.ts';
import { startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { fixtures } from '../support/organisation.ts';
import { answer, startReceiver, type Receiver } from './receiver.ts';

const SECRET = `whsec_${Buffer.from('the canary that nobody may ever see').toString('base64')}`;
const IN_URL = 'T0KEN-of-the-receiver';

let opened: AsyncDisposableStack;
let world: TestDaemon;
let receiver: Receiver;
let operators: Receiver;
let mails: MailServer;

beforeEach(async () => {
  opened = new AsyncDisposableStack();
  receiver = opened.use(await startReceiver());
  operators = opened.use(await startReceiver());
  mails = opened.use(await startMailServer());
  const hook = { url: `${receiver.url}/${IN_URL}?key=${IN_URL}`, secret: 'erp', types: ['file.*'] };
  world = opened.use(
    await startTestDaemon({
      organisation: await fixtures({
        notices: { mail: ['it@example.com'], webhooks: [{ name: 'erp', ...hook }] },
      }),
      configuration: {
        mail: { smtp: mails.url },
        notices: {
          mail: [{ to: 'ops@example.com', types: ['file.applied_with_errors'] }],
          webhooks: [{ name: 'ops', url: `${operators.url}/${IN_URL}`, secret: 'erp' }],
          allowHttp: true,
          allowNetworks: ['127.0.0.1'],
        },
      },
      before: async (home) => {
        const folder = path.join(home, 'data', 'secrets');
        await mkdir(folder, { recursive: true });
        await writeFile(path.join(folder, 'erp'), `${SECRET}\n`);
        await chmod(path.join(folder, 'erp'), 0o600);
      },
    }),
  );
});
afterEach(() => opened.disposeAsync());

const typesOf = ({ received }: Receiver) =>
  received.map(({ body }) => (JSON.parse(body) as { type: string }).type);

it('from the upload to the receivers: webhooks, mails, commands, and no secret', async () => {
  receiver.behave(answer(500));
  const courier = await world.courier();
  await courier.upload('1000001_HR_PRV_1.csv', 'emailAddress,action\nnobody@example.com,Suspend\n');
  await poll('operators to be told', 20, async () =>
    typesOf(operators).includes('file.applied_with_errors') ? true : null,
  );
  await poll('the first try', 20, async () => (receiver.received.length > 0 ? true : null));
  for (const { body, headers } of [...receiver.received, ...operators.received])
    new Webhook(SECRET).verify(body, headers as Record<string, string>);
  world.clock.advance(60_000);
  await poll('the mails', 20, async () => (mails.mails.length >= 2 ? true : null));
  expect(mails.mails.map(({ to, subject }) => `${to.join()} ${subject}`).sort()).toEqual([
    'it@example.com [Acme] 1000001_HR_PRV_1.csv was applied; 1 of 1 entry failed.',
    'ops@example.com [Acme (1000001)] 1000001_HR_PRV_1.csv was applied; 1 of 1 entry failed.',
  ]);
  const outputs = [];
  for (const words of [
    ['notices'],
    ['notices', '--json'],
    ['notices', 'waiting', '--json'],
    ['notices', 'test', '1'],
    ['setup', path.join(world.home, 'organisation.yaml'), '--json'],
    ['config'],
    ['audit'],
    ['events', '--json'],
    ['status', '--json'],
  ]) {
    const { stdout, stderr } = await spoolgate(world.home, ...words);
    outputs.push(stdout, stderr);
  }
  expect(outputs.join('\n')).toMatch(
    /erp http:\/\/127\.0\.0\.1:\d+\/…: \d+ waiting, .*the receiver answered 500/,
  );
  expect(outputs.join('\n')).toMatch(/"target":"http:\/\/127\.0\.0\.1:\d+\/…"/);
  const { rows: tables } = await world.database.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  );
  const dump = [];
  for (const { name } of tables)
    dump.push(JSON.stringify((await world.database.query(`select * from "${name}"`)).rows));
  const seen = [...outputs, ...world.log, ...mails.mails.map(({ head, text }) => head + text)].join('\n');
  for (const secret of [SECRET, SECRET.slice('whsec_'.length)]) {
    expect(seen).not.toContain(secret);
    expect(dump.join('\n')).not.toContain(secret);
  }
  expect(seen).not.toContain(IN_URL);
});

it('a receiver that wants no more is said by health and by the log', async () => {
  receiver.behave(answer(410));
  const courier = await world.courier();
  await courier.upload('1000001_HR_PRV_1.csv', 'emailAddress,action\nsam.daryn@example.com,Suspend\n');
  await poll('health to say so', 20, async () => {
    const health = (await (await fetch(`http://127.0.0.1:${world.daemon.httpPort}/health`)).json()) as object;
    return JSON.stringify(health).includes('1 receiver is disabled') ? true : null;
  });
  const { stdout } = await spoolgate(world.home, 'status');
  expect(stdout).toContain('1 receiver of notices is disabled; see: spoolgate notices');
  await poll('the log', 20, async () =>
    world.log.some((line) => line.includes('"notices disabled"') && line.includes('"failure":"gone"'))
      ? true
      : null,
  );
});
