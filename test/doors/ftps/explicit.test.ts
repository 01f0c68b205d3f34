import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { Client } from 'basic-ftp';
import { expect, test } from 'vitest';
import { openDoor } from '../../support/door.ts';
import { LOGIN, PASSWORD } from '../../support/sign-in.ts';

/** Speaks before TLS, line by line. */
async function plain(port: number): Promise<{ socket: Socket; ask: (line: string) => Promise<string> }> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const heard = async () => String((await once(socket, 'data'))[0]).trimEnd();
  expect(await heard()).toMatch(/^220 /);
  return {
    socket,
    ask: (line) => {
      socket.write(`${line}\r\n`);
      return heard();
    },
  };
}

test('before TLS there is no sign-in, and a password is not even asked for', async () => {
  await using door = await openDoor({ implicit: false });
  const { socket, ask } = await plain(door.port);
  for (const line of [`USER ${LOGIN}`, `PASS ${PASSWORD}`, 'LIST', 'PASV', 'NONSENSE'])
    expect(await ask(line)).toMatch(/^530 TLS required: send AUTH TLS/);
  expect(await ask('FEAT')).toMatch(/^211-Features\r\n AUTH TLS/);
  expect(await ask('AUTH GSSAPI')).toMatch(/^504 /);
  expect(await ask('QUIT')).toMatch(/^221 /);
  socket.destroy();
  expect(door.events).toEqual([]);
});

test('a client that says AUTH TLS works like one of the implicit port', async () => {
  await using door = await openDoor({ implicit: false });
  const client = new Client(5_000);
  try {
    await client.access({
      host: '127.0.0.1',
      port: door.port,
      user: LOGIN,
      password: PASSWORD,
      secure: true,
      secureOptions: { rejectUnauthorized: false },
    });
    await door.put('_report/r.txt', 'x');
    expect((await client.list('_report')).map(({ name }) => name)).toEqual(['r.txt']);
  } finally {
    client.close();
  }
});

test('what is sent ahead of the handshake ends the connection', async () => {
  await using door = await openDoor({ implicit: false });
  const { socket } = await plain(door.port);
  socket.write(`AUTH TLS\r\nUSER ${LOGIN}\r\n`);
  socket.resume();
  await once(socket, 'close');
  expect(door.events).toEqual([]);
});

test('data connections wait for PROT P', async () => {
  await using door = await openDoor({ implicit: false });
  const { socket: raw, ask } = await plain(door.port);
  expect(await ask('AUTH TLS')).toMatch(/^234 /);
  const socket = connect({ socket: raw, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const askSecurely = async (line: string) => {
    socket.write(`${line}\r\n`);
    return String((await once(socket, 'data'))[0]);
  };
  expect(await askSecurely(`USER ${LOGIN}`)).toMatch(/^331 /);
  expect(await askSecurely(`PASS ${PASSWORD}`)).toMatch(/^230 /);
  expect(await askSecurely('EPSV')).toMatch(/^229 /);
  expect(await askSecurely('LIST')).toMatch(/^521 /);
  expect(await askSecurely('PBSZ 0')).toMatch(/^200 /);
  expect(await askSecurely('PROT P')).toMatch(/^200 /);
  expect(await askSecurely('LIST')).toMatch(/^425 Use PASV/);
  socket.destroy();
});

test('who says nothing before TLS is sent away', async () => {
  await using door = await openDoor({ implicit: false, limits: { signInMsMax: 80 } });
  const { socket } = await plain(door.port);
  await once(socket, 'close');
});

test('a client that talks without end before TLS is sent away', async () => {
  await using door = await openDoor({ implicit: false });
  const { socket } = await plain(door.port);
  socket.resume();
  socket.write('NOOP\r\n'.repeat(40));
  await once(socket, 'close');
});
