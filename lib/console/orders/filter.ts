/** Which orders a page asks for. */
import { z } from "zod";
import { type Order, outcomeIfKnown } from "./order.ts";

export const OUTCOMES = ["succeeded", "below threshold", "failed", "running"] as const;

const share = z.coerce.number("must be a number").min(0, "must be 0 or more").max(1, "must be 1 at most");
const time = z.iso.datetime({ message: "must be a time such as 2026-01-31T12:00:00Z" });

/** The query's parameters; all of them optional. */
export const filterShape = {
  outcome: z.enum(OUTCOMES, `must be one of ${OUTCOMES.join(", ")}`).optional(),
  class: z.string().max(200, "must have 200 characters at most").optional(),
  above: share.optional(),
  below: share.optional(),
  text: z.string().max(200, "must have 200 characters at most").optional(),
  from: time.optional(),
  to: time.optional(),
};

export type Filter = z.infer<z.ZodObject<typeof filterShape>>;

/** The class with the highest probability, and how high it is. */
export function answerOf({ detail }: Order): { index: number; confidence: number } | undefined {
  if (!detail?.inferences) return undefined;
  const confidence = Math.max(...detail.inferences);
  return { index: detail.inferences.indexOf(confidence), confidence };
}

/** Whether a filter looks at what only DescribeExecution tells. */
export function needsDetails({ outcome, class: className, above, below, text }: Filter): boolean {
  return outcome === "failed" || outcome === "below threshold" ||
    [className, above, below, text].some((value) => value !== undefined);
}

/** The orders that the filter lets pass, as far as they are known. */
export function filtered(
  orders: readonly Order[],
  filter: Filter,
  classes: readonly string[],
): readonly Order[] {
  const tests = testsOf(filter, classes);
  return tests.length === 0 ? orders : orders.filter((order) => tests.every((test) => test(order)));
}

function testsOf(filter: Filter, classes: readonly string[]): ((order: Order) => boolean)[] {
  const { outcome, class: className, above, below, text, from, to } = filter;
  const tests: ((order: Order) => boolean)[] = [];
  if (outcome) tests.push((order) => outcomeIfKnown(order) === outcome);
  if (from) tests.push(({ start }) => start >= Date.parse(from));
  if (to) tests.push(({ start }) => start <= Date.parse(to));
  if (className) tests.push((order) => classes[answerOf(order)?.index ?? -1] === className);
  if (above !== undefined) tests.push((order) => (answerOf(order)?.confidence ?? -1) >= above);
  if (below !== undefined) tests.push((order) => (answerOf(order)?.confidence ?? 2) <= below);
  if (text) {
    const wanted = text.toLowerCase();
    tests.push(({ name, detail }) =>
      [name, detail?.key, detail?.error].some((value) => value?.toLowerCase().includes(wanted))
    );
  }
  return tests;
}
