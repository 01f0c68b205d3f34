import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDoor, type TestDoor } from '../../support/door.ts';
import { Speaker } from '../../support/speaker.ts';
import { ALERTS, RecordWriter, TLS13_SUITES } from './tls-records.ts';

let door: TestDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door[Symbol.asyncDispose]());

interface End {
  /** What goes out in each segment: a segment is on its way before the next is written. */
  segments: (records: RecordWriter) => Buffer[];
  /** Whether the client closes TCP behind it. */
  closesTcp?: boolean;
  ciphers?: string;
}

/** @returns the final reply to an upload that ends so */
async function endWith(name: string, { segments, closesTcp = true, ciphers }: End): Promise<string> {
  await using client = await Speaker.signedIn(door.port, { minVersion: 'TLSv1.3' });
  const raw = await client.rawDataConnection();
  raw.setNoDelay(true);
  const tls = client.secure(raw, ciphers === undefined ? {} : { ciphers });
  const records = await RecordWriter.over(raw, tls);
  const opening = await client.ask(`STOR ${name}`);
  expect(opening).toMatch(/^150 /);
  for (const segment of segments(records))
    await new Promise<void>((resolve) => raw.write(segment, () => resolve()));
  if (closesTcp) raw.end();
  const reply = await client.reply();
  raw.destroy();
  return reply;
}

const { userCanceled, closeNotify, closeNotifyFatal } = ALERTS;
const CONTENT = 'emailAddress,action\n';

const WHOLE: [string, End][] = [
  [
    'user_canceled and close_notify in one segment, as Java sends them',
    {
      segments: (r) => [
        r.data(CONTENT),
        Buffer.concat([r.alert(userCanceled, 16), r.alert(closeNotify, 16)]),
      ],
    },
  ],
  [
    'data and both alerts in one segment',
    {
      segments: (r) => [Buffer.concat([r.data(CONTENT), r.alert(userCanceled), r.alert(closeNotify)])],
    },
  ],
  [
    'both alerts in segments of their own',
    { segments: (r) => [r.data(CONTENT), r.alert(userCanceled), r.alert(closeNotify)] },
  ],
  [
    'both alerts, byte by byte',
    {
      segments: (r) => [
        r.data(CONTENT),
        ...[...r.alert(userCanceled), ...r.alert(closeNotify)].map((byte) => Buffer.from([byte])),
      ],
    },
  ],
  [
    'user_canceled three times before it',
    {
      segments: (r) => [r.data(CONTENT), ...[1, 2, 3].map(() => r.alert(userCanceled)), r.alert(closeNotify)],
    },
  ],
  [
    'a close_notify of the other level behind user_canceled',
    { segments: (r) => [r.data(CONTENT), r.alert(userCanceled), r.alert(closeNotifyFatal)] },
  ],
  [
    'both alerts behind a change of keys',
    {
      segments: (r) => [r.keyUpdate(), r.data(CONTENT), r.alert(userCanceled), r.alert(closeNotify)],
    },
  ],
  [
    'both alerts, and TCP left open',
    {
      segments: (r) => [r.data(CONTENT), Buffer.concat([r.alert(userCanceled), r.alert(closeNotify)])],
      closesTcp: false,
    },
  ],
  [
    'close_notify alone, and TCP left open',
    { segments: (r) => [r.data(CONTENT), r.alert(closeNotify)], closesTcp: false },
  ],
  ...TLS13_SUITES.map((ciphers): [string, End] => [
    `both alerts with ${ciphers}`,
    {
      segments: (r) => [Buffer.concat([r.data(CONTENT), r.alert(userCanceled), r.alert(closeNotify)])],
      ciphers,
    },
  ]),
];

test.each(WHOLE)('f01: an upload is whole with %s', async (_name, end) => {
  expect(await endWith('whole.csv', end)).toMatch(/^226 /);
  expect(await door.get('whole.csv')).toBe(CONTENT);
});

test('f01: large data before both alerts is whole', async () => {
  const content = Buffer.alloc(200_000, 'x');
  const segments = (r: RecordWriter) => [
    ...Array.from({ length: 20 }, (_, part) => r.data(content.subarray(part * 10_000, (part + 1) * 10_000))),
    Buffer.concat([r.alert(userCanceled), r.alert(closeNotify)]),
  ];
  expect(await endWith('large.csv', { segments })).toMatch(/^226 /);
  expect(await door.get('large.csv')).toBe(content.toString());
});

test('f01: large records cut anywhere, small ones between, and a change of keys in the middle are whole', async () => {
  const content = Buffer.alloc(150_000, 'y');
  const segments = (r: RecordWriter) => {
    const parts = Array.from({ length: 10 }, (_, part) =>
      content.subarray(part * 15_000, (part + 1) * 15_000),
    );
    const records = parts.flatMap((part, index) => [
      r.data(part.subarray(0, 14_990)),
      r.data(part.subarray(14_990)),
      ...(index === 4 ? [r.keyUpdate()] : []),
    ]);
    const all = Buffer.concat([...records, r.alert(userCanceled), r.alert(closeNotify)]);
    return Array.from({ length: Math.ceil(all.length / 997) }, (_, at) =>
      all.subarray(at * 997, (at + 1) * 997),
    );
  };
  expect(await endWith('pieces.csv', { segments })).toMatch(/^226 /);
  expect(await door.get('pieces.csv')).toBe(content.toString());
});

const CUT: [string, End][] = [
  ['no alert', { segments: (r) => [r.data(CONTENT)] }],
  ['user_canceled alone', { segments: (r) => [r.data(CONTENT), r.alert(userCanceled)] }],
  [
    'half a close_notify behind user_canceled',
    { segments: (r) => [r.data(CONTENT), r.alert(userCanceled), r.alert(closeNotify).subarray(0, 12)] },
  ],
  [
    'a forged close_notify',
    {
      segments: (r) => {
        const forged = r.alert(closeNotify);
        forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
        return [r.data(CONTENT), forged];
      },
    },
  ],
  [
    'bytes of an alert inside of the data',
    { segments: (r) => [r.data(Buffer.concat([Buffer.from(CONTENT), closeNotify]))] },
  ],
];

test.each(CUT)('f01: an upload that ends with %s is not stored', async (_name, end) => {
  expect(await endWith('cut.csv', end)).toMatch(/^426 /);
  expect([door.has('cut.csv'), await door.staged()]).toEqual([false, []]);
});

const hasJava = spawnSync('javac', ['-version']).status === 0;
const PUT = join(import.meta.dirname, '../../samples/field/tls-end/Put.java');

test.runIf(hasJava)('f01: what a JDK sends and closes is stored', { timeout: 60_000 }, async () => {
  await using client = await Speaker.signedIn(door.port, { minVersion: 'TLSv1.3' });
  const port = await client.passivePort();
  client.say('STOR java.csv');
  await promisify(execFile)('java', ['-XX:TieredStopAtLevel=1', PUT, '127.0.0.1', String(port)]);
  expect(await client.reply()).toMatch(/^150 /);
  expect(await client.reply()).toMatch(/^226 /);
  expect(await door.get('java.csv')).toBe(CONTENT);
});
