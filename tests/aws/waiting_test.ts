import assert from "node:assert/strict";
import { sleep, TimedOutError, waitFor } from "../../lib/aws/waiting.ts";

Deno.test("waitFor looks until there is something", async () => {
  let looks = 0;
  const found = await waitFor(
    "x",
    { everySeconds: 0.001, timeoutSeconds: 5 },
    () => Promise.resolve(++looks === 3 ? "there" : undefined),
  );
  assert.deepEqual([found, looks], ["there", 3]);
});

Deno.test("waitFor gives up in time, naming what it waited for", async () => {
  const waiting = waitFor(
    "The bus",
    { everySeconds: 0.01, timeoutSeconds: 0.03 },
    () => Promise.resolve(undefined),
  );
  await assert.rejects(waiting, (error: Error) => {
    assert.ok(error instanceof TimedOutError);
    assert.match(error.message, /^The bus: timed out after 0.03 s/);
    return true;
  });
});

Deno.test("waitFor ends with the signal's reason, also in the middle of a pause", async () => {
  const controller = new AbortController();
  const waiting = waitFor(
    "x",
    { everySeconds: 60, timeoutSeconds: 60, signal: controller.signal },
    () => Promise.resolve(undefined),
  );
  setTimeout(() => controller.abort(new Error("enough")), 5);
  await assert.rejects(waiting, { message: "enough" });
});

Deno.test("an abort before a pause or during a look counts at once, not after a full pause", async () => {
  const enough = AbortSignal.abort(new Error("enough"));
  await assert.rejects(sleep(60, enough), { message: "enough" });
  const controller = new AbortController();
  const waiting = waitFor("x", { everySeconds: 60, timeoutSeconds: 60, signal: controller.signal }, () => {
    controller.abort(new Error("during the look"));
    return Promise.resolve(undefined);
  });
  await assert.rejects(waiting, { message: "during the look" });
});
