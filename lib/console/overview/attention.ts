/** What needs somebody's attention now, the most urgent first. */
import { countOf } from "../../display/format.ts";
import { adviceOn } from "../execution/advice.ts";
import { type Order, outcomeIfKnown } from "../orders/order.ts";
import type { Resources } from "./resources.ts";

export interface Attention {
  level: "bad" | "warn";
  text: string;
  /** What to do. */
  todo?: string;
  /** The page that shows more. */
  path?: string;
}

const HOUR_MS = 3_600_000;

export function attentionOf(
  { orders, deployed, resources, drift }: {
    /** The newest first. */
    orders: readonly Order[];
    deployed: boolean;
    resources: Resources;
    drift: string | undefined;
  },
  now = Date.now(),
): Attention[] {
  const found: Attention[] = [];
  const { endpoint, jobs } = resources;
  if (!deployed) {
    found.push({
      level: "bad",
      text: "The workflow is not deployed: there is no state machine.",
      todo: "npx -y deno task pipeline trains a model and deploys everything.",
    });
  }
  if (!endpoint) {
    found.push({
      level: deployed ? "bad" : "warn",
      text: "There is no endpoint: orders cannot be classified.",
      todo: "Notebook 2, or npx -y deno task pipeline, trains the model and deploys it.",
    });
  } else if (endpoint.status === "Failed") {
    found.push({
      level: "bad",
      text: `The endpoint has failed: ${endpoint.reason ?? "no reason given"}`,
      path: "/models",
    });
  } else if (endpoint.status !== "InService") {
    found.push({ level: "warn", text: `The endpoint is ${endpoint.status}.`, path: "/models" });
  }
  const recent = orders.filter(({ start }) => start > now - HOUR_MS);
  const failed = recent.filter((order) => outcomeIfKnown(order) === "failed");
  if (failed[0]) {
    const advice = adviceOn(failed[0].status, failed[0].detail?.error, failed[0].detail?.cause);
    found.push({
      level: "bad",
      text: `${countOf(failed.length, "order")} failed in the last hour. The last one: ${
        advice?.what ?? "unknown"
      }`,
      todo: advice?.todo,
      path: "/orders?outcome=failed",
    });
  }
  const [job] = jobs;
  if (job?.status === "Failed") {
    found.push({
      level: "bad",
      text: `The last training job failed: ${job.reason ?? "no reason given"}`,
      path: "/models",
    });
  }
  if (drift) {
    found.push({
      level: "warn",
      text: drift,
      todo: "Look at the pictures of the newest orders.",
      path: "/orders",
    });
  }
  const held = recent.filter((order) => outcomeIfKnown(order) === "below threshold");
  if (held.length > 0) {
    found.push({
      level: "warn",
      text: `${countOf(held.length, "order")} of the last hour ${
        held.length === 1 ? "was" : "were"
      } held back for a person to decide.`,
      path: "/orders?outcome=below+threshold",
    });
  }
  return found;
}
