/** Writes out what was counted, with the library that everybody uses for it. Loaded when somebody first asks. */
import { Registry, collectDefaultMetrics, type Metric as LibraryMetric } from 'prom-client';
import type { Meters, Spread } from './meters.ts';
import type { Gauges } from './gauges.ts';
import { METRIC_NAMES, metricOf, type GaugeName, type MetricName } from './table.ts';

export const PREFIX = 'spoolgate_';

export type Format = 'text' | 'openmetrics';

export const CONTENT_TYPES: Record<Format, string> = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
};

interface Value {
  metricName?: string;
  labels: Record<string, string | number>;
  value: number;
}

/** One scrape at a time: the library keeps its format in its registry. */
export class Scraper {
  readonly #registry = new Registry();
  readonly #meters: Meters;
  readonly #gauges: () => Promise<Gauges>;
  readonly #own: readonly { metric: { name: string }; name: string }[];
  #present: Gauges = new Map();
  #last: Promise<unknown> = Promise.resolve();

  constructor(meters: Meters, gauges: () => Promise<Gauges>) {
    this.#meters = meters;
    this.#gauges = gauges;
    // The event loop is looked at as rarely as its delays matter: every look wakes an idle process.
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 50 });
    for (const name of METRIC_NAMES)
      this.#registry.registerMetric(this.#metric(name) as unknown as LibraryMetric);
    this.#own = (this.#registry.getMetricsAsArray() as unknown as { name: string }[]).map((metric) => ({
      metric,
      name: metric.name,
    }));
  }

  scrape(format: Format): Promise<string> {
    const text = this.#last.then(async () => {
      this.#present = await this.#gauges();
      this.#registry.setContentType(CONTENT_TYPES[format] as never);
      // OpenMetrics renames its counters, for good: in the next scrape they would lack their `_total`.
      for (const { metric, name } of this.#own) metric.name = name;
      return this.#registry.metrics();
    });
    this.#last = text.catch(() => {});
    return text;
  }

  #metric(name: MetricName) {
    const { type, help } = metricOf(name);
    const get = () => {
      const full = PREFIX + name;
      const isShort = type === 'counter' && this.#registry.contentType === CONTENT_TYPES.openmetrics;
      const values = this.#valuesOf(name);
      return Promise.resolve({ name: isShort ? full.replace(/_total$/, '') : full, help, type, values });
    };
    return { name: PREFIX + name, help, type, get };
  }

  #valuesOf(name: MetricName): Value[] {
    const { type, buckets = [] } = metricOf(name);
    if (type === 'gauge') return this.#present.get(name as GaugeName) ?? [];
    if (type === 'counter') return this.#meters.counted(name);
    return this.#meters.measured(name).flatMap((spread) => bucketsOf(PREFIX + name, buckets, spread));
  }
}

function bucketsOf(name: string, bounds: readonly number[], { labels, counts, sum }: Spread): Value[] {
  let count = 0;
  const values: Value[] = [];
  for (const [index, more] of counts.entries()) {
    count += more;
    values.push({
      metricName: `${name}_bucket`,
      labels: { ...labels, le: bounds[index] ?? '+Inf' },
      value: count,
    });
  }
  return [
    ...values,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
