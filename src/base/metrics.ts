/**
 * Counters, gauges and histograms, printed as Prometheus text (exposition format 0.0.4). Label sets
 * are bounded per metric, so that a hostile caller cannot grow memory through labels.
 */

/** Label names and values of one sample. */
export type Labels = Readonly<Record<string, string>>;

/** Upper bounds, in the metric's unit, of histogram buckets; `+Inf` is implied. */
export const DURATION_BUCKETS_SECONDS: readonly number[] = Object.freeze(
  [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
);

/** Label sets one metric keeps; further ones are counted under `overflow="true"`. @default 256 */
const MAX_LABEL_SETS = 256;
const OVERFLOW: Labels = Object.freeze({ overflow: "true" });

interface Sample {
  readonly labels: Labels;
  value: number;
  count: number;
  readonly buckets: number[];
}

type Kind = "counter" | "gauge" | "histogram";

/** A metric that only grows. */
export interface Counter {
  increment(labels?: Labels, by?: number): void;
}

/** A metric that goes up and down, or is read when asked. */
export interface Gauge {
  set(value: number, labels?: Labels): void;
}

/** A distribution of observed values. */
export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

class Metric {
  readonly #samples = new Map<string, Sample>();

  constructor(
    readonly name: string,
    readonly help: string,
    readonly kind: Kind,
    readonly bounds: readonly number[] = [],
  ) {}

  sample(labels: Labels): Sample {
    const key = printLabels(labels);
    const known = this.#samples.get(key);
    if (known) return known;
    if (this.#samples.size >= MAX_LABEL_SETS && key !== printLabels(OVERFLOW)) {
      return this.sample(OVERFLOW);
    }
    const fresh = { labels, value: 0, count: 0, buckets: this.bounds.map(() => 0) };
    this.#samples.set(key, fresh);
    return fresh;
  }

  print(): string {
    const lines = [`# HELP ${this.name} ${this.help}`, `# TYPE ${this.name} ${this.kind}`];
    for (const sample of this.#samples.values()) lines.push(...this.#printSample(sample));
    return lines.join("\n");
  }

  #printSample(sample: Sample): string[] {
    const labels = printLabels(sample.labels);
    if (this.kind !== "histogram") return [`${this.name}${labels} ${sample.value}`];
    const buckets = [...this.bounds.map(String), "+Inf"].map((le, index) => {
      const count = sample.buckets[index] ?? sample.count;
      return `${this.name}_bucket${printLabels({ ...sample.labels, le })} ${count}`;
    });
    return [
      ...buckets,
      `${this.name}_sum${labels} ${sample.value}`,
      `${this.name}_count${labels} ${sample.count}`,
    ];
  }
}

/** All metrics of one service. */
export class Metrics {
  readonly #metrics = new Map<string, Metric>();
  readonly #readers: (() => void)[] = [];

  counter(name: string, help: string): Counter {
    const metric = this.#metric(name, help, "counter");
    return { increment: (labels = {}, by = 1) => void (metric.sample(labels).value += by) };
  }

  gauge(name: string, help: string): Gauge {
    const metric = this.#metric(name, help, "gauge");
    return { set: (value, labels = {}) => void (metric.sample(labels).value = value) };
  }

  histogram(name: string, help: string, bounds = DURATION_BUCKETS_SECONDS): Histogram {
    const metric = this.#metric(name, help, "histogram", bounds);
    return {
      observe(value, labels = {}) {
        const sample = metric.sample(labels);
        sample.value += value;
        sample.count += 1;
        bounds.forEach((bound, index) => {
          if (value <= bound) sample.buckets[index] = (sample.buckets[index] ?? 0) + 1;
        });
      },
    };
  }

  /** Runs `read` before each print; use it to set gauges that are cheap to ask and dear to follow. */
  beforePrint(read: () => void): void {
    this.#readers.push(read);
  }

  /** Prometheus text of every metric. */
  print(): string {
    for (const read of this.#readers) read();
    return [...this.#metrics.values()].map((metric) => metric.print()).join("\n") + "\n";
  }

  #metric(name: string, help: string, kind: Kind, bounds: readonly number[] = []): Metric {
    if (this.#metrics.has(name)) {
      throw new TypeError(`Cannot register metric: the name "${name}" is taken`);
    }
    const metric = new Metric(name, help, kind, bounds);
    this.#metrics.set(name, metric);
    return metric;
  }
}

function printLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  if (!/[\\\n"]/.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
