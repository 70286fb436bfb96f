/** Damaged definitions of state machines: those that are accepted also run. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { check, RUNS } from "./testing/check.ts";
import { DEFINITION, MORE_FIELDS } from "./testing/good.ts";
import { hostileJson, mutated } from "./testing/hostile.ts";
import { withTarget } from "./testing/target.ts";
import { ANYTHING, awsJson } from "./testing/wire.ts";

Deno.test("definitions that are accepted run to an end", async () => {
  await withTarget(async (send) => {
    const write = awsJson("AWSStepFunctions");
    const call = (name: string, input: object) =>
      send("states", "json", write({ name, input: ANYTHING }, input));
    const members = [...keysOf(DEFINITION), ...MORE_FIELDS];
    let accepted = 0, made = 0;
    await check(
      fc.tuple(mutated(DEFINITION, members), hostileJson(["a", "b"])),
      async ([definition, input]) => {
        const answer = await call("CreateStateMachine", {
          name: `m${made++}`,
          type: "EXPRESS",
          roleArn: "arn:aws:iam::000000000000:role/role",
          definition: JSON.stringify(definition),
        });
        if (!answer.ok) return;
        accepted++;
        const { stateMachineArn } = await answer.json();
        await call("StartSyncExecution", { stateMachineArn, input: JSON.stringify(input) });
      },
      RUNS * 10,
    );
    assert.ok(accepted > 0, "no definition was accepted");
  });
});

/** All keys of an object and of those within it. */
function keysOf(value: object): string[] {
  const below = Object.values(value).filter((item) => typeof item === "object" && item !== null);
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...new Set([...own, ...below.flatMap(keysOf)])];
}
