/** A thread that attacks one regular expression after the other, so that one that never ends can be ended. */
import { parentPort } from 'node:worker_threads';
import { attacksOn, attackText, type Attack } from './attacks.ts';
import type { Found } from './collect.ts';

/** A first look with short texts finds what might be slow; only that is tried with long ones, up to the first that is. */
const SHORT = 16_000;
/** Some systems count processor time in ticks of 4 ms: what must be seen has to last longer. */
const SUSPICIOUS_MS = 3;
const LONG = 80_000;
/**
 * What is linear needs a few milliseconds for the long text, what is quadratic more than half a second. It is 25 times
 * the short one then, which is seen above.
 */
const CPU_MS_MAX = 250;

export interface Verdict {
  /** How many were tried. */
  attacks: number;
  /** The first that took too long, and its processor time. */
  slow: { attack: Attack; cpuMs: number } | null;
}

parentPort?.on('message', ({ source, flags }: Found) => {
  // With `g` every place of the text is tried, as `replaceAll` and `split` do.
  const expression = new RegExp(source, flags.includes('g') ? flags : `${flags}g`);
  const attacks = attacksOn(source, flags);
  const verdict: Verdict = { attacks: attacks.length, slow: null };
  for (const attack of attacks) {
    if (cpuMsOf(expression, attackText(attack, SHORT)) < SUSPICIOUS_MS) continue;
    const cpuMs = cpuMsOf(expression, attackText(attack, LONG));
    if (cpuMs > CPU_MS_MAX) {
      verdict.slow = { attack, cpuMs };
      break;
    }
  }
  parentPort?.postMessage(verdict);
});

/** Of this thread alone: load of the machine does not count. */
function cpuMsOf(expression: RegExp, text: string): number {
  const before = process.threadCpuUsage();
  text.replace(expression, '');
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
