import type { Series } from './meters.ts';
import type { GaugeName, LabelsOf } from './table.ts';

/** The present values of gauges: asked for at every scrape. What cannot be known now is left out. */
export type Gauges = Map<GaugeName, Series[]>;

export function gauge<Name extends GaugeName>(
  gauges: Gauges,
  name: Name,
  labels: LabelsOf<Name> & { customer?: string },
  value: number,
): void {
  const series = gauges.get(name) ?? [];
  gauges.set(name, series);
  series.push({ labels, value });
}
