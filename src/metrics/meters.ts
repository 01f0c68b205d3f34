import {
  METRIC_NAMES,
  metricOf,
  type CounterName,
  type HistogramName,
  type LabelsOf,
  type Metric,
} from './table.ts';

/** Where a metric has been counted up, and under which labels. */
export interface Series {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Of a histogram: how many fell into each bucket, the last one being without an upper bound. */
export interface Spread {
  labels: Readonly<Record<string, string>>;
  counts: number[];
  sum: number;
}

/** What the parts of the program see: a place where they say what they have done. */
export interface Meter {
  add<Name extends CounterName>(
    name: Name,
    labels: LabelsOf<Name>,
    more?: number,
    customer?: number | null,
  ): void;
  observe<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, seconds: number): void;
}

/** For whom nobody measures: tests, commands without a daemon. */
export const UNMEASURED: Meter = { add: () => {}, observe: () => {} };

/** Metrics with so few combinations of labels begin at 0: an increase from nothing to one would not be seen. */
const ZEROS_MAX = 64;

/**
 * What this process has counted and measured since its start. Plain numbers: the library that writes them out is loaded
 * when somebody asks for them (scrape.ts), which many never do.
 */
export class Meters implements Meter {
  readonly #counters = new Map<string, Map<string, Series>>();
  readonly #histograms = new Map<string, Map<string, Spread>>();
  #customers: ReadonlySet<number> | null = null;

  constructor() {
    for (const name of METRIC_NAMES) {
      const metric = metricOf(name);
      if (metric.type !== 'counter') continue;
      const series = new Map<string, Series>();
      this.#counters.set(name, series);
      for (const labels of zerosOf(metric)) series.set(keyOf(labels), { labels, value: 0 });
    }
  }

  /** Who has a series of its own from now on; null: nobody, and there is no label for it. What others had is dropped. */
  set customers(ids: ReadonlySet<number> | null) {
    this.#customers = ids;
    for (const series of this.#counters.values())
      for (const [key, { labels }] of series)
        if (
          labels.customer !== undefined &&
          labels.customer !== 'other' &&
          !ids?.has(Number(labels.customer))
        )
          series.delete(key);
  }

  add<Name extends CounterName>(
    name: Name,
    labels: LabelsOf<Name>,
    more = 1,
    customer: number | null = null,
  ): void {
    if (more === 0) return;
    const given = { ...(labels as Record<string, string>), ...this.#ofCustomer(metricOf(name), customer) };
    const series = this.#counters.get(name) ?? new Map<string, Series>();
    this.#counters.set(name, series);
    const key = keyOf(given);
    const one = series.get(key) ?? { labels: given, value: 0 };
    one.value += more;
    series.set(key, one);
  }

  observe<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, seconds: number): void {
    const { buckets = [] } = metricOf(name);
    const spreads = this.#histograms.get(name) ?? new Map<string, Spread>();
    this.#histograms.set(name, spreads);
    const given = labels as Record<string, string>;
    const key = keyOf(given);
    const one = spreads.get(key) ?? {
      labels: given,
      counts: Array.from({ length: buckets.length + 1 }, () => 0),
      sum: 0,
    };
    const at = buckets.findIndex((bound) => seconds <= bound);
    const place = at === -1 ? buckets.length : at;
    one.counts[place] = (one.counts[place] ?? 0) + 1;
    one.sum += seconds;
    spreads.set(key, one);
  }

  counted(name: string): Series[] {
    const all = [...(this.#counters.get(name)?.values() ?? [])];
    // Where customers have their own, the others are `other`, those that were counted before anybody had a label too.
    if (!this.#customers || metricOf(name as CounterName).perCustomer !== true) return all;
    return merged(all.map(({ labels, value }) => ({ labels: { customer: 'other', ...labels }, value })));
  }

  measured(name: string): Spread[] {
    return [...(this.#histograms.get(name)?.values() ?? [])];
  }

  #ofCustomer({ perCustomer }: Metric, customer: number | null): Record<string, string> {
    if (!perCustomer || customer === null || !this.#customers?.has(customer)) return {};
    return { customer: String(customer) };
  }
}

function merged(all: readonly Series[]): Series[] {
  const sums = new Map<string, Series>();
  for (const { labels, value } of all) {
    const key = keyOf(labels);
    sums.set(key, { labels, value: (sums.get(key)?.value ?? 0) + value });
  }
  return [...sums.values()];
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return Object.keys(labels)
    .toSorted()
    .map((name) => `${name}=${labels[name]}`)
    .join(',');
}

function zerosOf({ labels = {} }: Metric): Record<string, string>[] {
  const size = Object.values(labels).reduce((product, values) => product * values.length, 1);
  if (size > ZEROS_MAX) return [];
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (all, [label, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}
