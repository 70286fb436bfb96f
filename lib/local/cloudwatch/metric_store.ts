/**
 * The stored metrics. Values are summed up per minute, and kept as long as on AWS: minutes for 15 days, then five
 * minutes for 63 days, then hours for 455 days (AWS, "Metrics retention").
 */
import type { Core, MetricValues } from "../core.ts";
import type { Store } from "../store.ts";
import { merged, type Point, pointOf } from "./statistics.ts";

/** A metric, with its dimensions sorted by name. */
export interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly Dimension[];
}

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

export interface TimedPoint extends Point {
  /** The beginning of its period, in seconds since the epoch. */
  readonly start: number;
}

const DAY = 86_400;
const MINUTE = 60;

/** How old points are when they are put together, and into how long ones, in seconds. */
const ROLL_UPS = [{ age: 15 * DAY, period: 300 }, { age: 63 * DAY, period: 3600 }];
const KEPT = 455 * DAY;
/** How long ListMetrics shows a metric after its last value. */
const LISTED = 14 * DAY;
/** Points that are put together at once: other work must have its turn. */
const ROLLED_AT_ONCE = 500;

interface Row {
  readonly metric: number;
  readonly start: number;
  readonly unit: string;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly bins: string;
}

export class MetricStore {
  readonly #store: Store;
  /** What services published since the last `flush`, by metric, minute and unit: one row each is written then. */
  readonly #published = new Map<string, { metric: Metric; point: TimedPoint }>();

  constructor(readonly core: Pick<Core, "store" | "now">) {
    this.#store = core.store;
    this.#store.db.exec(`
      CREATE TABLE IF NOT EXISTS metrics (
        id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, dimensions TEXT NOT NULL,
        last INTEGER NOT NULL, UNIQUE (namespace, name, dimensions)
      );
      CREATE TABLE IF NOT EXISTS metric_points (
        metric INTEGER NOT NULL, start INTEGER NOT NULL, unit TEXT NOT NULL, count REAL NOT NULL, sum REAL NOT NULL,
        min REAL NOT NULL, max REAL NOT NULL, bins TEXT NOT NULL, PRIMARY KEY (metric, start, unit)
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS metric_points_start ON metric_points (start);
    `);
  }

  /** Takes what a service publishes; it is stored by the next `flush`. */
  publish(Namespace: string, Dimensions: Readonly<Record<string, string>>, values: MetricValues): void {
    const start = minuteOf(this.core.now() / 1000);
    const sorted = sortedDimensions(Object.entries(Dimensions).map(([Name, Value]) => ({ Name, Value })));
    for (const [MetricName, { value, unit }] of Object.entries(values)) {
      const metric = { Namespace, MetricName, Dimensions: sorted };
      const key = JSON.stringify([Namespace, MetricName, sorted, start, unit]);
      const point = { start, ...pointOf(value, unit) };
      const known = this.#published.get(key)?.point;
      this.#published.set(key, { metric, point: known ? { start, ...merged(known, point) } : point });
    }
  }

  /** Stores what was published. Every reading begins with it. */
  flush(): void {
    if (this.#published.size === 0) return;
    this.add([...this.#published.values()]);
    this.#published.clear();
  }

  /** Stores points of any time; each is added to its minute. */
  add(points: readonly { readonly metric: Metric; readonly point: TimedPoint }[]): void {
    this.#store.transaction(() => {
      for (const { metric, point } of points) {
        const start = minuteOf(point.start);
        this.#put(this.#id(metric, start), { ...point, start });
      }
    });
  }

  /**
   * The points of a metric in periods that begin at `from`, sorted by time. Units are apart.
   * @param from,to in seconds since the epoch; `to` is not included
   * @param period in seconds
   */
  points(metric: Metric, from: number, to: number, period: number, unit?: string): TimedPoint[] {
    this.flush();
    const id = this.#find(metric);
    if (id === undefined) return [];
    const found = new Map<string, TimedPoint>();
    const rows = this.#store.each<Row>(
      "SELECT * FROM metric_points WHERE metric = ? AND start >= ? AND start < ? ORDER BY start",
      ...[id, from, to],
    );
    for (const row of rows) {
      if (unit !== undefined && row.unit !== unit) continue;
      const start = from + Math.floor((row.start - from) / period) * period;
      const key = `${start} ${row.unit}`;
      const known = found.get(key);
      const point = ofRow(row);
      found.set(key, { ...known ? merged(known, point) : point, start });
    }
    return [...found.values()];
  }

  /** The metrics with values in the last two weeks. */
  list(): (Metric & { readonly last: number })[] {
    this.flush();
    return this.#store.all<{ namespace: string; name: string; dimensions: string; last: number }>(
      "SELECT * FROM metrics WHERE last > ?",
      this.core.now() / 1000 - LISTED,
    ).map(({ namespace, name, dimensions, last }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: JSON.parse(dimensions),
      last,
    }));
  }

  /** Puts old points together and deletes the oldest; returns whether there is more to do. */
  tidy(): boolean {
    const now = this.core.now() / 1000;
    return this.#store.transaction(() => {
      let more = false;
      for (const { age, period } of ROLL_UPS) {
        const rows = this.#store.all<Row>(
          "SELECT * FROM metric_points WHERE start < ? AND start % ? != 0 LIMIT ?",
          ...[Math.floor(now - age), period, ROLLED_AT_ONCE],
        );
        for (const row of rows) {
          this.#store.run(
            "DELETE FROM metric_points WHERE metric = ? AND start = ? AND unit = ?",
            ...[row.metric, row.start, row.unit],
          );
          this.#put(row.metric, { ...ofRow(row), start: row.start - row.start % period });
        }
        more ||= rows.length === ROLLED_AT_ONCE;
      }
      this.#store.run("DELETE FROM metric_points WHERE start < ?", Math.floor(now - KEPT));
      this.#store.run("DELETE FROM metrics WHERE last < ?", Math.floor(now - KEPT));
      return more;
    });
  }

  #find({ Namespace, MetricName, Dimensions }: Metric): number | undefined {
    return this.#store.get<{ id: number }>(
      "SELECT id FROM metrics WHERE namespace = ? AND name = ? AND dimensions = ?",
      ...[Namespace, MetricName, JSON.stringify(sortedDimensions(Dimensions))],
    )?.id;
  }

  #id(metric: Metric, last: number): number {
    const { Namespace, MetricName, Dimensions } = metric;
    this.#store.run(
      "INSERT INTO metrics (namespace, name, dimensions, last) VALUES (?, ?, ?, ?) " +
        "ON CONFLICT DO UPDATE SET last = max(last, excluded.last)",
      ...[Namespace, MetricName, JSON.stringify(sortedDimensions(Dimensions)), last],
    );
    return this.#find(metric)!;
  }

  #put(metric: number, point: TimedPoint): void {
    const old = this.#store.get<Row>(
      "SELECT * FROM metric_points WHERE metric = ? AND start = ? AND unit = ?",
      ...[metric, point.start, point.unit],
    );
    const { count, sum, min, max, bins } = old ? merged(ofRow(old), point) : point;
    this.#store.run(
      "INSERT OR REPLACE INTO metric_points VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      ...[metric, point.start, point.unit, count, sum, min, max, JSON.stringify(bins)],
    );
  }
}

/** The beginning of the minute. @param time in seconds since the epoch */
export function minuteOf(time: number): number {
  return Math.floor(time / MINUTE) * MINUTE;
}

/** A metric is the same in whatever order its dimensions are given. */
export function sortedDimensions(dimensions: readonly Dimension[]): Dimension[] {
  return dimensions.map(({ Name, Value }) => ({ Name, Value }))
    .sort((a, b) => a.Name < b.Name ? -1 : a.Name > b.Name ? 1 : 0);
}

function ofRow({ start, unit, count, sum, min, max, bins }: Row): TimedPoint {
  return { start, unit, count, sum, min, max, bins: JSON.parse(bins) };
}
