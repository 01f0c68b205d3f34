/** The receivers that docs/notices.md shows, as programs of their own. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Notice } from '../../src/notices/notice.ts';
import { sendWebhook } from '../../src/notices/send-webhook.ts';
import { signedHeaders } from '../../src/notices/sign.ts';
import { webhookMessage } from '../../src/notices/webhook-body.ts';
import { poll } from '../support/courier.ts';
import { SECRET } from './world.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const RULES = { allowNetworks: ['127.0.0.0/8', '::1'], allowHttp: true, timeoutMs: 10_000 };
const OLD = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

const NOTICE: Notice = {
  event: '1',
  at: new Date(),
  type: 'file.held',
  customer: 1_000_001,
  subject: 'größe-1000001_ad_SNAPSHOT_1.csv',
  data: { people: 60, of: 400, reason: 'percent', until: '2026-05-02T08:00:00.000Z' },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'spoolgate-receivers-'));
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function snippet(language: string): Promise<string> {
  const guide = await readFile(path.join(ROOT, 'docs/notices.md'), 'utf8');
  const [, text = ''] = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'u').exec(guide) ?? [];
  return text;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

it.each([
  ['js', process.execPath, 'receiver.mjs'],
  ['python', 'python3', 'receiver.py'],
])('the receiver in %s takes what is signed, once, and nothing else', async (language, program, file) => {
  if (!has(program)) return;
  await writeFile(path.join(folder, file), await snippet(language));
  const port = await freePort();
  const environment = { ...process.env, SECRET, PORT: String(port) };
  const child = spawn(program, [path.join(folder, file)], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString('utf8')));
    const url = `http://127.0.0.1:${port}/`;
    const { id, body } = webhookMessage(NOTICE, 'standard', 'customer');
    const send = (text = body, at = new Date(), secrets = [OLD, SECRET], own = {}) =>
      sendWebhook(url, { ...signedHeaders(id, at, body, secrets), ...own }, text, RULES);
    await poll('the receiver', 20, async () => ((await send()).ok ? true : null));
    expect(await send()).toEqual({ ok: true });
    const no = { ok: false, failure: 'http_401' };
    expect(await send(body.replace('60', '61'))).toEqual(no);
    expect(await send(body, new Date(Date.now() - 600_000))).toEqual(no);
    expect(await send(body, new Date(), [OLD])).toEqual(no);
    expect(await send(body, new Date(), [SECRET], { 'webhook-id': 'evt_2' })).toEqual(no);
    expect(printed).toBe(`file.held 1000001 ${NOTICE.subject}\n`);
  } finally {
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }
});
