import type { Meter } from './meters.ts';
import type { HistogramName, LabelsOf } from './table.ts';

/** Carries out some work and measures how long it takes; what fails is not measured. */
export async function timed<Name extends HistogramName, Result>(
  meter: Meter | undefined,
  name: Name,
  labels: LabelsOf<Name>,
  work: () => Promise<Result>,
): Promise<Result> {
  const beganMs = performance.now();
  const result = await work();
  meter?.observe(name, labels, (performance.now() - beganMs) / 1000);
  return result;
}
