/**
 * The long forms of the fault tests:
 *
 *     npm run faults -- [--trials N] [--outages N] [--disks N] [--cuts N] [--seed N]
 *
 * `trials` deaths of the daemon at named steps and random moments, `outages` of the database, full `disks` under spool and
 * database, `cuts` of uploads. What is not named keeps its short form.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { trials: text, outages: text, disks: text, cuts: text, seed: text },
});
const counts: Record<string, string> = {};
for (const [name, value] of Object.entries(values)) {
  if (!/^\d+$/.test(value)) throw new RangeError(`--${name} must be a whole number, not ${value}`);
  counts[`SPOOLGATE_${name.toUpperCase()}`] = value;
}
const child = spawn('vitest', ['run', 'test/faults'], {
  stdio: 'inherit',
  env: { ...process.env, ...counts },
});
const [code] = (await once(child, 'close')) as [number | null];
process.exitCode = code ?? 1;
