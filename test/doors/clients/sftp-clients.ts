import { writeFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import SftpClient from 'ssh2-sftp-client';
import { SftpSpeaker } from '../../support/sftp-speaker.ts';
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

function sftpArguments({ port, files }: Place, ...options: string[]): string[] {
  const settings = [
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${files.folder}/known_hosts`,
    'LogLevel=ERROR',
    'IdentitiesOnly=yes',
  ];
  const flags = settings.flatMap((setting) => ['-o', setting]);
  return ['-q', '-b', '-', '-i', files.key, '-P', String(port), ...flags, ...options, `${LOGIN}@127.0.0.1`];
}

const batch = (...lines: string[]) => `${lines.join('\n')}\n`;

export const openssh: DoorClient = {
  name: 'OpenSSH sftp',
  protocol: 'sftp',
  installed: isInstalled('sftp', '-h') || isInstalled('ssh', '-V'),
  listSixTimes: async (place) => {
    const text = await must('sftp', sftpArguments(place), batch(...Array.from({ length: 6 }, () => 'ls -1')));
    return text
      .split('sftp> ls -1\n')
      .filter((part) => part.trim() !== '')
      .map((part) => part.split('\n').filter(Boolean));
  },
  upload: async (place) => {
    const { first, second, empty, big } = place.files;
    const lines = [
      `put ${first} small.csv`,
      `put ${second} small.csv`,
      `put ${empty} empty.csv`,
      `put -p ${big} big.part`,
      'rename big.part big.csv',
    ];
    await must('sftp', sftpArguments(place), batch(...lines));
  },
  download: async (place) => {
    const { fetched, partlyFetched } = place.files;
    await must(
      'sftp',
      sftpArguments(place),
      batch(`get big.csv ${fetched}`, `reget big.csv ${partlyFetched}`),
    );
  },
  remove: async (place, name) => void (await must('sftp', sftpArguments(place), batch(`rm ${name}`))),
  refusesOutside: async (place) => {
    const { code } = await run(
      'sftp',
      sftpArguments(place),
      batch(`get /../../etc/passwd ${place.files.folder}/stolen`),
    );
    return code !== 0;
  },
  resumeUpload: async (place) =>
    void (await run('sftp', sftpArguments(place), batch(`reput ${place.files.big} small.csv`))),
  abort: (place) =>
    killed('sftp', sftpArguments(place, '-l', '400'), batch(`put ${place.files.big} aborted.csv`)),
};

async function withSftpClient<Result>(
  place: Place,
  work: (client: SftpClient) => Promise<Result>,
): Promise<Result> {
  const client = new SftpClient();
  try {
    await client.connect({ host: '127.0.0.1', port: place.port, username: LOGIN, password: PASSWORD });
    return await work(client);
  } finally {
    await client.end();
  }
}

export const ssh2SftpClient: DoorClient = {
  name: 'ssh2-sftp-client',
  protocol: 'sftp',
  installed: true,
  listSixTimes: (place) =>
    withSftpClient(place, async (client) => {
      const lists: string[][] = [];
      for (let time = 0; time < 6; time += 1) lists.push((await client.list('/')).map(({ name }) => name));
      return lists;
    }),
  upload: (place) =>
    withSftpClient(place, async (client) => {
      const { first, second, empty, big } = place.files;
      await client.put(first, '/small.csv');
      await client.put(second, '/small.csv');
      await client.put(empty, '/empty.csv');
      await client.fastPut(big, '/big.part');
      await client.rename('/big.part', '/big.csv');
    }),
  download: (place) =>
    withSftpClient(place, async (client) => {
      await client.fastGet('/big.csv', place.files.fetched);
      const rest = await client.get('/big.csv', undefined, {
        readStreamOptions: { start: BIG.length - TAIL_BYTES },
      });
      await writeFile(place.files.partlyFetched, rest as Buffer, { flag: 'a' });
    }),
  remove: (place, name) => withSftpClient(place, async (client) => void (await client.delete(`/${name}`))),
  refusesOutside: (place) => withSftpClient(place, (client) => isRefused(client.get('/../../etc/passwd'))),
  resumeUpload: (place) =>
    withSftpClient(
      place,
      async (client) => void (await isRefused(client.append(Buffer.from('x'), '/small.csv'))),
    ),
  abort: async (place) => {
    const client = await SftpSpeaker.signedIn(place.port);
    const { WRITE, CREAT, TRUNC } = ssh2.utils.sftp.OPEN_MODE;
    await client.write(await client.open('/aborted.csv', WRITE | CREAT | TRUNC), 0, 'half of it');
    client.destroy();
    await client.ended;
  },
};
