import assert from "node:assert/strict";
import { retryWhile, sleep, TimedOutError, waitFor } from "../../lib/aws/waiting.ts";

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
    assert.match(error.message, /^The bus: nothing yet after 0.03 s/);
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

Deno.test("retryWhile repeats only errors that pass by themselves", async () => {
  let tries = 0;
  const result = await retryWhile(
    (error) => error.message === "soon",
    () => ++tries < 3 ? Promise.reject(new Error("soon")) : Promise.resolve(tries),
  );
  assert.equal(result, 3);
  await assert.rejects(
    retryWhile((error) => error.message === "soon", () => Promise.reject(new Error("never"))),
    { message: "never" },
  );
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

Deno.test("retryWhile begins nothing after an abort", async () => {
  let tries = 0;
  const controller = new AbortController();
  const work = () => {
    tries++;
    controller.abort(new Error("enough"));
    return Promise.reject(new Error("soon"));
  };
  const { signal } = controller;
  await assert.rejects(retryWhile(() => true, work, { signal }), { message: "enough" });
  await assert.rejects(retryWhile(() => true, work, { signal }), { message: "enough" });
  assert.equal(tries, 1);
});
