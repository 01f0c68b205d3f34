import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'basic-ftp';
import { LOGIN, PASSWORD } from '../../support/sign-in.ts';
import {
  BIG,
  isInstalled,
  isRefused,
  killed,
  must,
  run,
  TAIL_BYTES,
  type DoorClient,
  type Place,
} from './client.ts';

function curlArguments({ port, tls }: Place, path: string, ...options: string[]): string[] {
  const version = (tls ?? 'TLSv1.3').slice(4);
  const secure = ['--insecure', `--tlsv${version}`, '--tls-max', version];
  const url = `ftps://127.0.0.1:${port}/${path}`;
  return ['-sS', '--user', `${LOGIN}:${PASSWORD}`, ...secure, ...options, url];
}

export const curl: DoorClient = {
  name: 'curl',
  protocol: 'ftps',
  installed: isInstalled('curl', '--version'),
  listSixTimes: async (place) => {
    const [url = ''] = curlArguments(place, '').slice(-1);
    const text = await must('curl', [
      ...curlArguments(place, '', '--list-only'),
      ...Array.from({ length: 5 }, () => url),
    ]);
    const names = text.split('\n').filter(Boolean);
    return Array.from({ length: 6 }, (_, index) =>
      names.slice((index * names.length) / 6, ((index + 1) * names.length) / 6),
    );
  },
  upload: async (place) => {
    const { files } = place;
    for (const file of [files.first, files.second])
      await must('curl', curlArguments(place, 'small.csv', '--upload-file', file));
    await must('curl', curlArguments(place, 'empty.csv', '--upload-file', files.empty));
    const rename = ['--quote', '-RNFR big.part', '--quote', '-RNTO big.csv'];
    await must('curl', curlArguments(place, 'big.part', '--upload-file', files.big, ...rename));
  },
  download: async (place) => {
    const { files } = place;
    await must('curl', curlArguments(place, 'big.csv', '--output', files.fetched));
    await must(
      'curl',
      curlArguments(place, 'big.csv', '--continue-at', '-', '--output', files.partlyFetched),
    );
  },
  remove: async (place, name) =>
    void (await must('curl', curlArguments(place, '', '--quote', `DELE ${name}`))),
  refusesOutside: async (place) =>
    (await run('curl', curlArguments(place, '%2e%2e/%2e%2e/etc/passwd'))).code !== 0,
  resumeUpload: async (place) => {
    const options = ['--continue-at', '-', '--upload-file', place.files.big];
    await run('curl', curlArguments(place, 'small.csv', ...options));
  },
  abort: (place) =>
    killed(
      'curl',
      curlArguments(place, 'aborted.csv', '--limit-rate', '50k', '--upload-file', place.files.big),
    ),
};

function lftpArguments({ port, tls }: Place, commands: string): string[] {
  const settings = [
    'set ssl:verify-certificate no',
    'set net:max-retries 1',
    'set net:timeout 5',
    'set cmd:fail-exit yes',
    `set ssl:priority NORMAL:-VERS-ALL:+VERS-${(tls ?? 'TLSv1.3').replace('v', '')}`,
  ];
  return [
    '-u',
    `${LOGIN},${PASSWORD}`,
    '-e',
    [...settings, commands, 'bye'].join('; '),
    `ftps://127.0.0.1:${port}`,
  ];
}

export const lftp: DoorClient = {
  name: 'lftp',
  protocol: 'ftps',
  installed: isInstalled('lftp', '--version'),
  listSixTimes: async (place) => {
    const again = Array.from({ length: 6 }, () => 'recls -1; echo ---').join('; ');
    const text = await must('lftp', lftpArguments(place, again));
    return text
      .split('---\n')
      .filter(Boolean)
      .map((part) =>
        part
          .split('\n')
          .filter(Boolean)
          .map((name) => name.replace(/\/$/u, '')),
      );
  },
  upload: async (place) => {
    const { first, second, empty, big } = place.files;
    const commands = [
      `put ${first} -o small.csv`,
      `put ${second} -o small.csv`,
      `put ${empty} -o empty.csv`,
      `put ${big} -o big.part`,
      'mv big.part big.csv',
    ];
    await must('lftp', lftpArguments(place, commands.join('; ')));
  },
  download: async (place) => {
    const { fetched, partlyFetched } = place.files;
    await must(
      'lftp',
      lftpArguments(place, `get -e big.csv -o ${fetched}; get -c big.csv -o ${partlyFetched}`),
    );
  },
  remove: async (place, name) => void (await must('lftp', lftpArguments(place, `rm ${name}`))),
  refusesOutside: async (place) => {
    const { code } = await run(
      'lftp',
      lftpArguments(place, `get -e /../../etc/passwd -o ${place.files.folder}/stolen`),
    );
    return code !== 0;
  },
  resumeUpload: async (place) =>
    void (await run('lftp', lftpArguments(place, `put -c ${place.files.big} -o small.csv`))),
  abort: (place) =>
    killed('lftp', lftpArguments(place, `set net:limit-rate 50000; put ${place.files.big} -o aborted.csv`)),
};

async function withBasicFtp<Result>(
  place: Place,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client(5_000);
  const version = place.tls ?? 'TLSv1.3';
  try {
    await client.access({
      host: '127.0.0.1',
      port: place.port,
      user: LOGIN,
      password: PASSWORD,
      secure: 'implicit',
      secureOptions: { rejectUnauthorized: false, minVersion: version, maxVersion: version },
    });
    return await work(client);
  } finally {
    client.close();
  }
}

async function* slowly(): AsyncGenerator<string> {
  for (;;) {
    yield 'half of it';
    await delay(20);
  }
}

export const basicFtp: DoorClient = {
  name: 'basic-ftp',
  protocol: 'ftps',
  installed: true,
  listSixTimes: (place) =>
    withBasicFtp(place, async (client) => {
      const lists: string[][] = [];
      for (let time = 0; time < 6; time += 1) lists.push((await client.list()).map(({ name }) => name));
      return lists;
    }),
  upload: (place) =>
    withBasicFtp(place, async (client) => {
      const { first, second, empty, big } = place.files;
      await client.uploadFrom(first, 'small.csv');
      await client.uploadFrom(second, 'small.csv');
      await client.uploadFrom(empty, 'empty.csv');
      await client.uploadFrom(big, 'big.part');
      await client.rename('big.part', 'big.csv');
    }),
  download: (place) =>
    withBasicFtp(place, async (client) => {
      await client.downloadTo(place.files.fetched, 'big.csv');
      await client.downloadTo(place.files.partlyFetched, 'big.csv', BIG.length - TAIL_BYTES);
    }),
  remove: (place, name) => withBasicFtp(place, async (client) => void (await client.remove(name))),
  refusesOutside: (place) =>
    withBasicFtp(place, (client) =>
      isRefused(client.downloadTo(join(place.files.folder, 'stolen'), '../../etc/passwd')),
    ),
  resumeUpload: (place) =>
    withBasicFtp(
      place,
      async (client) => void (await isRefused(client.appendFrom(place.files.big, 'small.csv'))),
    ),
  abort: (place) =>
    withBasicFtp(place, async (client) => {
      const slow = Readable.from(slowly());
      const begun = new Promise((resolve) =>
        client.trackProgress(({ bytes }) => bytes > 0 && resolve(bytes)),
      );
      const uploading = client.uploadFrom(slow, 'aborted.csv').catch(() => undefined);
      await begun;
      client.close();
      await uploading;
      slow.destroy();
    }),
};

/** ftplib holds the whole conversation in one go. */
export const ftplib = {
  installed: isInstalled('python3', '-c', 'import ftplib, ssl'),
  converse: async ({ port, tls, files }: Place): Promise<Record<string, unknown>> => {
    const script = join(import.meta.dirname, 'ftplib-conversation.py');
    const text = await must('python3', [script, String(port), LOGIN, PASSWORD, tls ?? 'TLSv1.3', files.big]);
    return JSON.parse(text) as Record<string, unknown>;
  },
};
