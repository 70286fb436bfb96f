/** The orders, and their feed. */
import { z } from "zod";
import { sleep } from "../../aws/waiting.ts";
import type { Outcome } from "../../graph/outcome.ts";
import { queryOf } from "../input.ts";
import { stream } from "../live.ts";
import { answerOf, filtered, filterShape, needsDetails } from "../orders/filter.ts";
import type { FeedState } from "../orders/feed.ts";
import { isRead, type Order, outcomeIfKnown } from "../orders/order.ts";
import type { Routes } from "../route.ts";

/** A row of the list. */
export interface OrderRow {
  name: string;
  status: string;
  /** Milliseconds since 1970. */
  start: number;
  stop?: number;
  /** Absent while it is not known whether a failed order was held back. */
  outcome?: Outcome;
  /** Whether the following are known. */
  read: boolean;
  key?: string;
  /** Whether the picture is in the deployment's bucket, the only one that is shown. */
  shown: boolean;
  /** Name of the class, and its probability. */
  answer?: string;
  confidence?: number;
  error?: string;
}

export interface OrderPage extends FeedState {
  /** How many orders the filter lets pass. */
  matching: number;
  offset: number;
  rows: OrderRow[];
  classes: string[];
}

const shape = z.strictObject({
  ...filterShape,
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** How long an answer waits for what is not known yet of its rows. */
const PATIENCE_SECONDS = 0.2;

export const orderRoutes: Routes = (app, aws, feed) => {
  app.get("/api/orders/live", (c) => stream(c, (listener) => feed.view.listen(listener)));
  app.get("/api/orders", async (c) => {
    const { offset, limit, ...filter } = queryOf(c, shape);
    await feed.state();
    if (needsDetails(filter)) feed.want();
    const classes = await feed.classes();
    const matching = filtered(feed.orders, filter, classes);
    const orders = matching.slice(offset, offset + limit);
    const reading = feed.read(orders).catch(() => {}); // the next look says why
    await Promise.race([reading, sleep(PATIENCE_SECONDS)]);
    const answer: OrderPage = {
      ...await feed.state(),
      matching: matching.length,
      offset,
      rows: orders.map((order) => rowOf(order, classes, aws.bucket)),
      classes,
    };
    return c.json(answer);
  });
};

export function rowOf(order: Order, classes: readonly string[], bucket: string): OrderRow {
  const { name, status, start, stop, detail } = order;
  const answer = answerOf(order);
  return {
    name,
    status,
    start,
    stop,
    outcome: outcomeIfKnown(order),
    read: isRead(order),
    key: detail?.key,
    shown: detail?.key !== undefined && detail.bucket === bucket,
    error: detail?.error,
    ...answer
      ? { answer: classes[answer.index] ?? `class ${answer.index}`, confidence: answer.confidence }
      : {},
  };
}
