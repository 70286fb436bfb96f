import assert from "node:assert/strict";
import { inferenceIdOf, keyFinder } from "../lib/inference_id.ts";

/** Two keys of 100 characters that differ at the beginning only. */
const alike = ["1", "2"].map((name) => `test/${name.padEnd(91, "x")}.png`);

Deno.test("inference ids: a key that is a valid id is its own", () => {
  for (const key of ["test/a.png", "orders/two words.png", "x", "x".repeat(64)]) {
    assert.equal(inferenceIdOf(key), key);
  }
});

Deno.test("inference ids: other keys get ids that AWS takes, each its own", () => {
  const keys = [...alike, "x".repeat(65), "test/vélo.png", "test/自転車.png", " x", "x ", "a\nb"];
  const ids = keys.map(inferenceIdOf);
  for (const id of ids) assert.match(id, /^[!-~]{1,64}$/);
  assert.equal(new Set(ids).size, keys.length);
});

Deno.test("inference ids: the key is found again, and is null where only its digest is known", () => {
  const keyOf = keyFinder(alike);
  assert.deepEqual(alike.map((key) => keyOf(inferenceIdOf(key))), alike);
  assert.equal(keyOf("test/a.png"), "test/a.png");
  assert.equal(keyOf(inferenceIdOf("x".repeat(100))), null);
});
