import assert from "node:assert/strict";
import { attentionOf } from "../../lib/console/overview/attention.ts";
import { DriftWatch } from "../../lib/console/overview/drift.ts";
import { figuresOf, quantile } from "../../lib/console/overview/figures.ts";
import type { Order } from "../../lib/console/orders/order.ts";
import type { Overview } from "../../lib/console/routes/overview.ts";
import { THRESHOLD_ERROR } from "../../lib/names.ts";
import { playedAws } from "../aws/testing.ts";
import { createMachine, fateReached, startFate } from "./machine.ts";
import { firstValue, withConsole } from "./testing.ts";

const NOW = Date.parse("2026-01-31T12:00:00Z");

function order(secondsAgo: number, took: number | undefined, error?: string, inferences?: number[]): Order {
  const status = took === undefined ? "RUNNING" : error === undefined ? "SUCCEEDED" : "FAILED";
  const start = NOW - secondsAgo * 1000;
  return {
    arn: `arn:${secondsAgo}`,
    name: `${secondsAgo}`,
    status,
    start,
    ...took === undefined ? {} : { stop: start + took * 1000 },
    detail: { status, error, inferences },
  };
}

Deno.test("overview: shares, latencies and orders per minute", () => {
  const orders = [
    order(5, undefined),
    order(10, 2),
    order(70, 1, THRESHOLD_ERROR),
    order(130, 9, "Broken"),
    { ...order(200, 1, "?"), detail: undefined },
    order(4000, 1),
  ];
  const { counts, p50, p99, minutes, of, since, last } = figuresOf(orders, NOW);
  assert.deepEqual(counts, { running: 1, succeeded: 2, "below threshold": 1, failed: 1, unknown: 1 });
  assert.deepEqual([p50, p99, of], [1, 9, 6]);
  assert.deepEqual([since, last], [NOW - 4_000_000, NOW - 5000]);
  assert.equal(minutes.length, 60);
  assert.deepEqual(minutes.slice(-4), [{ unknown: 1 }, { failed: 1 }, { "below threshold": 1 }, {
    running: 1,
    succeeded: 1,
  }]);
  assert.ok(minutes.slice(0, -4).every((minute) => Object.keys(minute).length === 0));
  assert.deepEqual(figuresOf([], NOW).counts, {});
  assert.equal(quantile([], 0.5), undefined);
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2);
});

Deno.test("overview: what needs attention, the most urgent first", () => {
  const endpoint = { name: "e", status: "InService", since: 0, costs: "free (local)" };
  const texts = (given: Partial<Parameters<typeof attentionOf>[0]>) =>
    attentionOf(
      { orders: [], deployed: true, resources: { endpoint, jobs: [] }, drift: undefined, ...given },
      NOW,
    )
      .map(({ level, text }) => `${level}: ${text}`);
  assert.deepEqual(texts({}), []);
  assert.deepEqual(texts({ deployed: false, resources: { jobs: [] } }), [
    "bad: The workflow is not deployed: there is no state machine.",
    "warn: There is no endpoint: orders cannot be classified.",
  ]);
  assert.deepEqual(
    texts({
      orders: [order(5, 1, THRESHOLD_ERROR), order(9, 1, "States.Timeout"), order(4000, 1, "Old")],
      resources: { endpoint: { ...endpoint, status: "Failed", reason: "no memory" }, jobs: [] },
      drift: "The confidences have drifted.",
    }),
    [
      "bad: The endpoint has failed: no memory",
      "bad: 1 order failed in the last hour. The last one: A state did not end in its time.",
      "warn: The confidences have drifted.",
      "warn: 1 order of the last hour was held back for a person to decide.",
    ],
  );
});

Deno.test("overview: the drift is that of the newest orders beside the baseline", async () => {
  const baseline = Array.from({ length: 200 }, (_, index) => ({
    key: `${index}`,
    predicted: index % 2 ? "bicycle" : "motorcycle",
    confidence: 0.8 + index / 1000,
  }));
  const s3 = {
    send: () =>
      Promise.resolve({
        Body: { transformToByteArray: () => new TextEncoder().encode(JSON.stringify(baseline)) },
      }),
  };
  const watch = new DriftWatch(playedAws({ s3 }));
  const classes = ["bicycle", "motorcycle"];
  const verdictOf = async (orders: Order[]) => (await watch.verdict(orders, classes))!;
  const like = baseline.map(({ predicted, confidence }, index) =>
    order(
      index,
      1,
      undefined,
      predicted === "bicycle" ? [confidence, 1 - confidence] : [1 - confidence, confidence],
    )
  );
  assert.equal((await verdictOf(like)).verdict, "none");
  const strange = like.map((one) => ({ ...one, detail: { ...one.detail!, inferences: [0.55, 0.45] } }));
  const { verdict, words, of } = await verdictOf(strange);
  assert.deepEqual([verdict, of], ["strong", 200]);
  assert.match(words[0]!, /^The confidences have drifted strongly/);
  assert.equal((await verdictOf([])).verdict, "too few");
});

Deno.test("overview: it is live", async () => {
  await withConsole(async (console) => {
    const { aws } = console;
    const before = await firstValue<Overview>(console, "/api/overview/live");
    assert.equal(before.deployed, false);
    assert.equal(before.figures.of, 0);
    await createMachine(aws);
    await startFate(aws, "one", "break");
    await fateReached(aws, "one");
    const { figures, attention } = await firstValue<Overview>(
      console,
      "/api/overview/live",
      ({ figures }) => figures.counts.failed === 1,
    );
    assert.equal(figures.of, 1);
    assert.ok(attention.some(({ text }) => text.startsWith("1 order failed in the last hour.")));
  });
});
