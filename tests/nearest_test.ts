import assert from "node:assert/strict";
import { nearest } from "../lib/nearest.ts";

Deno.test("the nearest candidate, unless none is near", () => {
  const names = ["THRESHOLD", "TARGET", "CLASSES"];
  for (const text of ["TRESHOLD", "THRESHOLDS", "HTRESHOLD", "THRASHOLD"]) {
    assert.equal(nearest(text, names), "THRESHOLD", text);
  }
  assert.equal(nearest("TAREGT", names), "TARGET");
  assert.equal(nearest("CLASS", names), "CLASSES");
  assert.equal(nearest("THRESH", names), "THRESHOLD");
  assert.equal(nearest("EPOCHS", names), undefined);
  assert.equal(nearest("", names), undefined);
  assert.equal(nearest("TARGET", []), undefined);
});
