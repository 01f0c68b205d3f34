import ssh2 from 'ssh2';
import { Speaker } from '../../support/speaker.ts';

/**
 * Guesses passwords from many addresses at once, as a process of its own: `node guesser.ts <Attack as JSON>`. Every
 * second address guesses at the FTPS door, the others at the SFTP door; half of them for one account, the others each
 * for a name that does not exist. Prints how many guesses were answered and how many were right.
 */
export interface Attack {
  ftpsPort: number;
  sftpPort: number;
  addresses: string[];
  guessesEach: number;
  target: string;
}

const GUESSES_PER_CONNECTION = 3;

const attack = JSON.parse(process.argv[2] ?? '') as Attack;
const outcome = { refused: 0, admitted: 0 };
await Promise.all(attack.addresses.map((address, index) => guessFrom(address, index)));
console.info(JSON.stringify(outcome));

async function guessFrom(address: string, index: number): Promise<void> {
  const login = index % 4 < 2 ? attack.target : `user${index}`;
  const overDoor = index % 2 === 0 ? overFtps : overSftp;
  for (let begun = 0; begun < attack.guessesEach; begun += GUESSES_PER_CONNECTION) {
    const count = Math.min(GUESSES_PER_CONNECTION, attack.guessesEach - begun);
    const passwords = Array.from({ length: count }, (_, guess) => `guess ${address} ${begun + guess}`);
    await overDoor(address, login, passwords);
  }
}

async function overFtps(address: string, login: string, passwords: string[]): Promise<void> {
  await using client = await Speaker.connect(attack.ftpsPort, { localAddress: address });
  for (const password of passwords) {
    await client.ask(`USER ${login}`);
    const reply = await client.ask(`PASS ${password}`);
    if (reply.startsWith('230')) outcome.admitted += 1;
    else if (/^(?:530|421)/.test(reply)) outcome.refused += 1;
  }
}

async function overSftp(address: string, username: string, passwords: string[]): Promise<void> {
  const client = new ssh2.Client();
  const closed = new Promise((resolve) => void client.once('close', () => resolve(null)));
  client.on('error', () => undefined);
  client.on('ready', () => {
    outcome.admitted += 1;
    client.end();
  });
  let asked = 0;
  client.connect({
    host: '127.0.0.1',
    port: attack.sftpPort,
    localAddress: address,
    username,
    // Many wait for their hash.
    readyTimeout: 0,
    authHandler: (_left, _partly, next) => {
      outcome.refused += asked > 0 ? 1 : 0;
      const password = passwords[asked];
      asked += 1;
      if (password === undefined) return next(false as never);
      next({ type: 'password', username, password });
    },
  });
  await closed;
}
