import assert from "node:assert/strict";
import { sleep } from "../../lib/aws/waiting.ts";
import { type State, View, Views } from "../../lib/console/live.ts";

Deno.test("View: one poller for all listeners, and none when the last has gone", async () => {
  let looks = 0;
  const view = new View(() => Promise.resolve(++looks), 0.005);
  assert.equal(view.isPolling, false);
  const heard: State<number>[][] = [[], []];
  const stops = heard.map((list) => view.listen((state) => list.push(state)));
  while (heard[0]!.length < 3) await sleep(0.005);
  assert.ok(heard[1]!.length >= 2);
  assert.ok(Math.abs(heard[0]!.length - heard[1]!.length) <= 1, "each look is told to both");
  stops[0]!();
  assert.equal(view.isPolling, true);
  stops[1]!();
  assert.equal(view.isPolling, false);
  const before = looks;
  await sleep(0.05);
  assert.ok(looks <= before + 1, "only the look under way may end");
});

Deno.test("View: says what has changed only, and why a look failed", async () => {
  const answers = [1, 1, new Error("no"), 2];
  let looks = 0;
  const view = new View(() => {
    const answer = answers[Math.min(looks++, answers.length - 1)]!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }, 0.002);
  const heard: State<number>[] = [];
  const stop = view.listen((state) => heard.push(state));
  while (looks < 6) await sleep(0.005);
  stop();
  assert.deepEqual(heard, [{ value: 1 }, { error: "no" }, { value: 2 }]);
});

Deno.test("View: who comes later hears the latest at once", async () => {
  const view = new View(() => Promise.resolve("now"), 60);
  const first = Promise.withResolvers<void>();
  const stop = view.listen(() => first.resolve());
  await first.promise;
  const heard: State<string>[] = [];
  const stopSecond = view.listen((state) => heard.push(state));
  assert.deepEqual(heard, [{ value: "now" }]);
  stop();
  stopSecond();
});

Deno.test("Views: one view for each key, forgotten when nobody looks", () => {
  const made: string[] = [];
  const views = new Views((key) => {
    made.push(key);
    return new View(() => Promise.resolve(key), 60);
  });
  const stops = ["a", "a", "b"].map((key) => views.listen(key, () => {}));
  assert.deepEqual(made, ["a", "b"]);
  for (const stop of stops) stop();
  views.listen("a", () => {})();
  assert.deepEqual(made, ["a", "b", "a"]);
});

Deno.test("View: a value that will not change is asked for once, also for who comes later", async () => {
  let looks = 0;
  const view = new View(() => Promise.resolve(++looks), 0.002, () => true);
  const first = Promise.withResolvers<void>();
  const stop = view.listen(() => first.resolve());
  await first.promise;
  await sleep(0.05);
  const heard: State<number>[] = [];
  const stopSecond = view.listen((state) => heard.push(state));
  assert.deepEqual(heard, [{ value: 1 }]);
  assert.equal(looks, 1);
  stop();
  stopSecond();
});
