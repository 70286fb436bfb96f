import assert from "node:assert/strict";
import { Alarm } from "../../../../lib/local/states/interpreter/alarm.ts";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("an alarm rings once, uses the given clock, and can be set again", async () => {
  let now = 1000;
  const rung: string[] = [];
  const alarm = new Alarm(() => now);
  alarm.set(1000, () => rung.push("at once"));
  assert.equal(rung.length, 0);
  await pause(20);
  assert.deepEqual(rung, ["at once"]);
  // Its timer ends before the clock's time, so it waits again.
  alarm.set(1010, () => rung.push("later"));
  await pause(40);
  assert.deepEqual(rung, ["at once"]);
  now = 1010;
  await pause(40);
  assert.deepEqual(rung, ["at once", "later"]);
  alarm.set(1010, () => rung.push("replaced"));
  alarm.set(1010, () => rung.push("cancelled"));
  alarm.cancel();
  await pause(20);
  assert.deepEqual(rung, ["at once", "later"]);
});

Deno.test("an alarm beyond setTimeout's limit does not ring early", async () => {
  const alarm = new Alarm(() => 0);
  let rung = false;
  alarm.set(365 * 86_400_000, () => rung = true);
  await pause(20);
  assert.equal(rung, false);
  alarm.cancel();
});
