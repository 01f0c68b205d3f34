import { once } from 'node:events';
import { Speaker } from '../../support/speaker.ts';

/**
 * Starts uploads, says `sent` when their bytes have left, and waits to be killed. Runs as a process of its own:
 *
 *     node killed-client.ts <port> <TLSv1.2|TLSv1.3> <name>:<bytes>...
 */
const [port, version, ...files] = process.argv.slice(2);
const protocol = version === 'TLSv1.2' ? 'TLSv1.2' : 'TLSv1.3';

async function beginUpload(name: string, bytes: number): Promise<void> {
  const client = await Speaker.signedIn(Number(port), { minVersion: protocol, maxVersion: protocol });
  const data = await client.dataConnection();
  await client.ask(`STOR ${name}`);
  if (!data.write(Buffer.alloc(bytes, 'x'))) await once(data, 'drain');
}

await Promise.all(
  files.map((file) => {
    const [name = '', bytes] = file.split(':');
    return beginUpload(name, Number(bytes));
  }),
);
process.stdout.write('sent\n');
setInterval(() => undefined, 60_000);
