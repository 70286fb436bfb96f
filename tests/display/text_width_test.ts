import assert from "node:assert/strict";
import { textWidth } from "../../lib/display/text_width.ts";

Deno.test("text width: wider letters and bold need more", () => {
  assert(textWidth("WWW", 12) > 2 * textWidth("iii", 12));
  assert(textWidth("state", 12, true) > textWidth("state", 12));
  assert.equal(textWidth("", 12), 0);
  assert(textWidth("状態", 10) >= 20);
});
