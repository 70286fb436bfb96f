import assert from "node:assert/strict";
import { InterruptedError, interruptible } from "../../lib/notebook/interrupt.ts";

Deno.test("interruptible work is told of SIGTERM and gives its own result else", async () => {
  assert.equal(await interruptible(() => Promise.resolve(1)), 1);
  const alive = setInterval(() => {}, 1_000); // waiting for a signal does not keep a program running
  const waiting = interruptible((signal) => {
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => reject(signal.reason));
    Deno.kill(Deno.pid, "SIGTERM"); // SIGINT would end the test runner
    return promise;
  });
  await assert.rejects(waiting, InterruptedError);
  clearInterval(alive);
});
