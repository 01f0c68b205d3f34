import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { setHeld } from '../../src/actions/held.ts';
import { poll } from '../support/courier.ts';
import { passwordOf } from '../support/daemon.ts';
import type { WrittenCustomer } from '../support/organisation.ts';
import type { Disturbances } from './disturbances.ts';
import type { Sender, World } from './world.ts';

const CUSTOMER = 3_000_003;
const LOGIN = 'held';
const AGENT: Sender = { login: LOGIN, door: 'ftps' };
const COMMON = 'everybody@held.example.com';
const HELD_MS_MAX = 3_000;
const PAUSE_MS = 300;

/** A customer whom an operator holds and releases all the time. Whether a file finds it held is chance. */
export const HELD_CUSTOMER: WrittenCustomer = {
  id: CUSTOMER,
  name: 'Held now and then',
  folder: LOGIN,
  subscribers: [{ email: COMMON, givenName: 'Every', familyName: 'Body' }],
  accounts: [{ login: LOGIN, password: passwordOf(LOGIN) }],
};

/** File n adds a subscriber and gives the title n to the one that every file touches: the last one that counts must win. */
function content(number: number): string {
  return `emailAddress,action,givenName,familyName,jobTitle\nown${number}@held.example.com,Add,Own,Number,\n${COMMON},Update,,,${number}\n`;
}

/** Sends files that are carried out as a whole, or refused as a whole. */
export class HeldAgent {
  readonly #world: World;
  #sent = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async sendUntil(disturbances: Disturbances, end: number): Promise<void> {
    while (Date.now() < end) {
      const number = this.#sent + 1;
      const name = `${CUSTOMER}_HR_PRV_${number}.csv`;
      await disturbances.sendSurely(AGENT, name, content(number));
      this.#sent = number;
      await delay(PAUSE_MS);
    }
  }

  /** At the end it is released. */
  async holdUntil(end: number, random: () => number): Promise<void> {
    const parts = {
      database: this.#world.database,
      clock: systemClock,
      caps: { perFile: 0, hourly: 0, daily: 0 },
      changed: () => {},
    };
    for (let held = true; Date.now() < end; held = !held) {
      await setHeld(parts, CUSTOMER, held, 'operator');
      await delay(random() * HELD_MS_MAX);
    }
    await setHeld(parts, CUSTOMER, false, 'operator');
  }

  async expectAllOrNothing(): Promise<void> {
    const { database } = this.#world;
    const files = await poll('the files of the held customer', 100, async () => {
      const { rows } = await database.query<{ number: number; codes: number[] }>(
        `select sequence::int as number, (select array_agg(code order by entry) from entry_result r
                                           where r.change_file_id = f.id) as codes
           from change_file f where customer_id = $1 and state = 'filed' order by 1`,
        [CUSTOMER],
      );
      return rows.length >= this.#sent ? rows : null;
    });
    expect(files.map(({ number }) => number)).toEqual(Array.from({ length: this.#sent }, (_, at) => at + 1));
    for (const { codes } of files) expect([[0, 0].join(), [1001, 1001].join()]).toContain(codes.join());
    const done = files.filter(({ codes }) => codes[0] === 0).map(({ number }) => number);
    const { rows: own } = await database.query<{ email: string }>(
      `select email from subscriber where customer_id = $1 and email <> $2`,
      [CUSTOMER, COMMON],
    );
    expect(own.map(({ email }) => email).toSorted()).toEqual(
      done.map((number) => `own${number}@held.example.com`).toSorted(),
    );
    const { rows: common } = await database.query<{ title: string }>(
      'select job_title as title from subscriber where email = $1',
      [COMMON],
    );
    expect(common).toEqual([{ title: String(done.at(-1) ?? '') }]);
  }
}
