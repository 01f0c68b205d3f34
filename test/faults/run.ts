/**
 * The long forms of the fault tests:
 *
 *     npm run faults -- [--trials N] [--outages N] [--cuts N] [--seed N]
 *
 * `trials` deaths of the daemon at named steps and random moments, `outages` of the database, `cuts` of uploads. What is
 * not named keeps its short form.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { trials: text, outages: text, cuts: text, seed: text } });
const counts = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [`SPOOLGATE_${name.toUpperCase()}`, String(Number(value))]),
);
const child = spawn('vitest', ['run', 'test/faults'], {
  stdio: 'inherit',
  env: { ...process.env, ...counts },
});
const [code] = (await once(child, 'close')) as [number | null];
process.exitCode = code ?? 1;
