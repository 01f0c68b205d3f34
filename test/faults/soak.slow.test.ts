/**
 * Two daemons on one database and one spool, for as long as is wanted: killed, stopped and continued, cut from the
 * database, caps raised, a customer held and released. After each round everything is as the models say.
 *
 *     npm run soak -- --minutes 60
 */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { mulberry } from '../support/random.ts';
import { expectAsModel, expectCapsKept } from './compare.ts';
import { Disturbances } from './disturbances.ts';
import { HeldAgent, HELD_CUSTOMER } from './held-agent.ts';
import { ageLeftovers } from './leftovers.ts';
import { AGENTS, type Agent } from './uploads.ts';
import { finish } from './undisturbed.ts';
import { openWorld, raiseCap, type World } from './world.ts';

/** The short form; `npm run soak -- --minutes N` sets another number. */
const MINUTES = Number(process.env.SPOOLGATE_MINUTES ?? 0.15);
const SEED = Number(process.env.SPOOLGATE_SEED ?? 11);
/** After so long everything is compared, and a new world begins. */
const ROUND_MS_MAX = 300_000;
/** So that a round's comparison stays a matter of seconds, and the daemons can keep up. */
const WAITING_FILES_MAX = 20;
const PAUSE_MS = 200;
const CAP_RAISED_MS = 2_000;

const rounds = Math.max(1, Math.ceil((MINUTES * 60_000) / ROUND_MS_MAX));

it(
  `${MINUTES} minutes with two daemons, everything done to them, and everything is as the models say`,
  async () => {
    for (let round = 0; round < rounds; round += 1) await soak(SEED * 100 + round, roundMs());
  },
  120_000 + rounds * ROUND_MS_MAX * 2,
);

function roundMs(): number {
  return Math.min(ROUND_MS_MAX, MINUTES * 60_000);
}

async function soak(seed: number, ms: number): Promise<void> {
  await using world = await openWorld({
    seed,
    customers: [HELD_CUSTOMER],
    configuration: { limits: { sessionsPerAccount: 50 } },
  });
  await using disturbances = await Disturbances.begin(world, mulberry(seed));
  const before = await disturbances.footprint();
  const end = Date.now() + ms;
  const held = new HeldAgent(world);
  const agents = AGENTS.map((agent) => sendUntil(world, disturbances, agent, end));
  await Promise.all([
    ...agents,
    held.sendUntil(disturbances, end),
    held.holdUntil(end, mulberry(seed + 1)),
    disturbances.until(end),
    watchCaps(world, end),
  ]);
  const after = await disturbances.footprint();
  await disturbances.stop();
  await ageLeftovers(world);
  await finish(world);
  await expectAsModel(world);
  await held.expectAllOrNothing();
  const { rows } = await world.database.query<{ files: number; entries: number }>(
    'select count(distinct change_file_id) as files, count(*) as entries from entry_result',
  );
  console.info(JSON.stringify({ seed, ...rows[0], ...disturbances.counts, before, after }));
  expect(disturbances.faults()).toEqual([]);
}

/** One agent: its next file, by the daemon it happens to find; again by another where it gets no answer. */
async function sendUntil(world: World, disturbances: Disturbances, agent: Agent, end: number): Promise<void> {
  while (Date.now() < end) {
    if ((await waitingFiles(world)) > WAITING_FILES_MAX) await delay(PAUSE_MS);
    else await sendNext(world, disturbances, agent);
  }
}

async function sendNext(world: World, disturbances: Disturbances, agent: Agent): Promise<void> {
  const file = (world.uploaded.get(agent) ?? 0) + 1;
  const { name, content } = await world.scenario.upload(agent, file);
  await disturbances.sendSurely(agent, name, content);
  world.uploaded.set(agent, file);
}

async function waitingFiles({ database }: World): Promise<number> {
  const { rows } = await database.query<{ waiting: number }>(
    `select count(*) as waiting from change_file where state not in ('filed', 'withdrawn')`,
  );
  return rows[0]?.waiting ?? 0;
}

/** An operator gives room again and again; more than the cap lets through is applied at no moment. */
async function watchCaps(world: World, end: number): Promise<void> {
  while (Date.now() < end) {
    await expectCapsKept(world);
    await raiseCap(world);
    await delay(CAP_RAISED_MS);
  }
}
