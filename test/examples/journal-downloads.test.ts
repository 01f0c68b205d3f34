/** The ways to download in docs/journal.md, at real doors: only addresses, names and what is trusted are others. */
import { mkdir, mkdtempDisposable, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isInstalled, KEY, makeFiles, must } from '../doors/clients/client.ts';
import { openDoor, openSftpDoor } from '../support/door.ts';
import { LOGIN, PASSWORD } from '../support/sign-in.ts';

const guide = await readFile(path.join(import.meta.dirname, '../../docs/journal.md'), 'utf8');
const [LFTP = '', CURL = '', SFTP = ''] = [...guide.matchAll(/^```sh\n([^]*?)^```$/gm)].map(
  ([, text = '']) => text,
);
const ARCHIVES = ['2026-03-04.AUTH.txt.gz', '2026-03-04.BSS.txt.gz'];
const KEY_BLOB = Buffer.from(KEY.public.split(' ')[1] ?? '', 'base64');

let home: Awaited<ReturnType<typeof mkdtempDisposable>>;
let [taken, netrc] = ['', ''];
beforeAll(async () => {
  home = await mkdtempDisposable(path.join(tmpdir(), 'spoolgate-downloads-'));
  [taken, netrc] = [path.join(home.path, 'journals'), path.join(home.path, 'netrc')];
  await writeFile(netrc, `machine 127.0.0.1 login ${LOGIN} password "${PASSWORD}"\n`, { mode: 0o600 });
});
afterAll(() => home.remove());

const here = (script: string, port: number) =>
  script
    .replaceAll('files.example.com:990', `127.0.0.1:${port}`)
    .replaceAll('/var/lib/journals', taken)
    .replaceAll('acme-journal,PASSWORD', `${LOGIN},${PASSWORD}`)
    .replaceAll('/etc/acme/netrc', netrc)
    .replaceAll('--cacert /etc/acme/certificate.pem', '--insecure')
    .replaceAll('set ssl:ca-file /etc/acme/certificate.pem', 'set ssl:verify-certificate no');

/** Twice: what is there already stays, also when it is gone at the other end. */
async function downloads(script: string, folder: string): Promise<void> {
  await rm(taken, { recursive: true, force: true });
  await mkdir(taken);
  for (const name of ARCHIVES) await writeFile(path.join(folder, 'journal', name), gzipSync(name));
  await must('sh', ['-c', script]);
  await rm(path.join(folder, 'journal', ARCHIVES[0] ?? ''));
  await must('sh', ['-c', script]);
  const found = (await readdir(taken)).sort();
  expect(found).toEqual(ARCHIVES);
  for (const name of found) expect(await readFile(path.join(taken, name))).toEqual(gzipSync(name));
}

it.runIf(isInstalled('lftp', '--version'))('lftp fetches what is new, and deletes nothing', async () => {
  await using door = await openDoor({ rights: ['journal'] });
  await downloads(here(LFTP, door.port), door.folder);
});

it.runIf(isInstalled('curl', '--version'))('curl fetches what is new, and deletes nothing', async () => {
  await using door = await openDoor({ rights: ['journal'] });
  await downloads(here(CURL, door.port), door.folder);
});

it.runIf(isInstalled('ssh', '-V'))('OpenSSH fetches all there is, and deletes nothing', async () => {
  await using door = await openSftpDoor({ rights: ['journal'], keys: [KEY_BLOB] });
  await using files = await makeFiles();
  const trust = `-i ${files.key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=${files.folder}/known_hosts -o IdentitiesOnly=yes`;
  const script = here(SFTP, door.port)
    .replace('-P 2022', `-P ${door.port} ${trust}`)
    .replace('acme-journal@files.example.com', `${LOGIN}@127.0.0.1`);
  await downloads(script, door.folder);
});
