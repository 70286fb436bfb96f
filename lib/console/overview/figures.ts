/** The orders in figures. */
import type { Outcome } from "../../graph/outcome.ts";
import { type Order, outcomeIfKnown } from "../orders/order.ts";

/** A minute of the last hour: how many orders began in it, by outcome. */
export type Minute = Partial<Record<Outcome | "unknown", number>>;

export interface Figures {
  /** How many of the newest orders the shares and latencies are of. */
  of: number;
  /** When the oldest of these began; milliseconds since 1970. */
  since?: number;
  counts: Partial<Record<Outcome | "unknown", number>>;
  /** Seconds that 50% and 99% of the ended ones took at most. */
  p50?: number;
  p99?: number;
  /** The last hour, the oldest first. */
  minutes: Minute[];
  /** When the last one began. */
  last?: number;
}

/** Shares and latencies are of the newest orders, whose details are read whoever looks. */
const NEWEST = 500;
const MINUTES = 60;

/** @param orders the newest first */
export function figuresOf(orders: readonly Order[], now = Date.now()): Figures {
  const newest = orders.slice(0, NEWEST);
  const counts: Figures["counts"] = {};
  for (const order of newest) add(counts, order);
  const seconds = newest.flatMap(({ start, stop }) => stop === undefined ? [] : [(stop - start) / 1000])
    .sort((a, b) => a - b);
  const minutes = Array.from({ length: MINUTES }, (): Minute => ({}));
  for (const order of orders) {
    const ago = Math.floor((now - order.start) / 60_000);
    if (ago >= MINUTES) break;
    add(minutes[MINUTES - 1 - Math.max(0, ago)]!, order);
  }
  return {
    of: newest.length,
    since: newest.at(-1)?.start,
    counts,
    p50: quantile(seconds, 0.5),
    p99: quantile(seconds, 0.99),
    minutes,
    last: orders[0]?.start,
  };
}

function add(counts: Figures["counts"], order: Order): void {
  const outcome = outcomeIfKnown(order) ?? "unknown";
  counts[outcome] = (counts[outcome] ?? 0) + 1;
}

/** The smallest value that a share of the sorted values does not exceed; undefined if there are none. */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
