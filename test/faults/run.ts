/**
 * The long forms of the fault tests:
 *
 *     npm run faults -- [--trials N] [--outages N] [--disks N] [--cuts N] [--minutes N] [--seed N]
 *     npm run soak -- [--minutes N] [--seed N]
 *
 * `trials` deaths of the daemon at named steps and random moments, `outages` of the database, full `disks` under spool and
 * database, `cuts` of uploads, `minutes` of two daemons to which everything is done. What is not named keeps its short form.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  options: { trials: text, outages: text, disks: text, cuts: text, minutes: text, seed: text },
  allowPositionals: true,
});
/** `soak` runs that test alone. */
const tests = positionals.length > 0 ? positionals.map((name) => `test/faults/${name}`) : ['test/faults'];
const counts: Record<string, string> = {};
for (const [name, value] of Object.entries(values)) {
  if (!/^\d+$/.test(value)) throw new RangeError(`--${name} must be a whole number, not ${value}`);
  counts[`SPOOLGATE_${name.toUpperCase()}`] = value;
}
const child = spawn('vitest', ['run', ...tests], {
  stdio: 'inherit',
  env: { ...process.env, ...counts },
});
const [code] = (await once(child, 'close')) as [number | null];
process.exitCode = code ?? 1;
