import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { handler } from "../../lambdas/filter_low_confidence.ts";

const input = (inferences: number[]) => ({ s3_bucket: "b", s3_key: "test/x.png", inferences });

Deno.test("filter_low_confidence", async (t) => {
  Deno.env.set("THRESHOLD", "0.8");
  await t.step("lets the threshold itself pass, and more", async () => {
    assert.deepEqual(await handler(input([0.2, 0.8])), input([0.2, 0.8]));
    assert.deepEqual(await handler(input([0.95, 0.05])), input([0.95, 0.05]));
  });
  await t.step("throws an error of that name below it", () => {
    assert.throws(() => handler(input([0.79, 0.21])), {
      name: "THRESHOLD_CONFIDENCE_NOT_MET",
      message: /0\.79.* 0\.8/,
    });
  });
  await t.step("refuses what has no inferences, and NaN", () => {
    assert.throws(() => handler(input([])), /"inferences" is missing/);
    assert.throws(() => handler(input([NaN, NaN])), { name: "THRESHOLD_CONFIDENCE_NOT_MET" });
  });
  await t.step("refuses a threshold that cannot be", () => {
    Deno.env.set("THRESHOLD", "80");
    assert.throws(
      () => handler(input([0.9, 0.1])),
      /THRESHOLD is "80"; it must be greater than 0 and less than 1/,
    );
    Deno.env.set("THRESHOLD", "0.8");
  });
});

Deno.test("the state machine does not retry the threshold's error", () => {
  const definition = JSON.parse(
    readFileSync(new URL("../../statemachine/scones.asl.json", import.meta.url), "utf8"),
  );
  for (
    const [name, state] of Object.entries<{ Retry: { ErrorEquals: string[] }[]; TimeoutSeconds: number }>(
      definition.States,
    )
  ) {
    const retried = state.Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
    assert.ok(retried.every((error) => error.startsWith("Lambda.")), `${name} retries ${retried}`);
    assert.ok(state.TimeoutSeconds > 0, `${name} has no timeout`);
  }
});
