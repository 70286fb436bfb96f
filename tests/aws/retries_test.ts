import assert from "node:assert/strict";
import { retryWhile } from "../../lib/aws/retries.ts";

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
