import { randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { hashThreads, SIGN_IN, type Whose } from './hash-threads.ts';

/** OWASP's recommendation for argon2id: some 30 ms on one core, on a thread of its own (hash-threads.ts). */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const PARALLELISM = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Bounds of what a stored hash may demand, so that a foreign hash cannot exhaust the machine. */
const MEMORY_KIB_MAX = 1_048_576;
const PASSES_MAX = 20;

/**
 * Hashes a password with argon2id into a PHC string (`$argon2id$v=19$m=…`).
 *
 * @param whose the customer for whom it is done, so that each has its turn; default: as soon as possible
 */
export async function hashPassword(password: string, whose: Whose = SIGN_IN): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await hashThreads.hash(
    parameters(password, salt, {
      memory: MEMORY_KIB,
      passes: PASSES,
      parallelism: PARALLELISM,
      tagLength: TAG_BYTES,
    }),
    whose,
  );
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${PARALLELISM}$${base64(salt)}$${base64(tag)}`;
}

/** Whether a password fits a stored hash; false for a string that is none. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const parts = readHash(stored);
  if (!parts) return false;
  const { salt, tag, memory, passes, parallelism } = parts;
  const found = await hashThreads.hash(
    parameters(password, salt, { memory, passes, parallelism, tagLength: tag.length }),
    SIGN_IN,
  );
  return timingSafeEqual(found, tag);
}

/** Whether a text is an argon2id PHC string that this program can check. */
export function isPasswordHash(text: string): boolean {
  return readHash(text) !== null;
}

function readHash(stored: string) {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([\w+/]{11,86})\$([\w+/]{22,86})$/.exec(stored);
  if (!match) return null;
  const [, memory = '', passes = '', parallelism = '', salt = '', tag = ''] = match;
  const parts = {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
  const affordable = parts.memory >= 8 * parts.parallelism && parts.memory <= MEMORY_KIB_MAX;
  return affordable && parts.passes >= 1 && parts.passes <= PASSES_MAX && parts.parallelism >= 1
    ? parts
    : null;
}

function parameters(
  password: string,
  nonce: Buffer,
  cost: Pick<Argon2Parameters, 'memory' | 'passes' | 'parallelism' | 'tagLength'>,
): Argon2Parameters {
  return { message: password.normalize('NFC'), nonce, ...cost };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/={1,2}$/, '');
}
