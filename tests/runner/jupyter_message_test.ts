import assert from "node:assert/strict";
import { decodeMessage, encodeMessage, newMessage } from "../../lib/runner/jupyter_message.ts";

const message = newMessage("execute_request", { code: "1 + 1 // größer" }, "session");

Deno.test("a message survives the wire, behind routing frames too", () => {
  const frames = encodeMessage(message, "key");
  assert.deepEqual(decodeMessage([new Uint8Array([1, 2]), ...frames], "key"), message);
});

Deno.test("a message that was signed with another key is refused", () => {
  assert.throws(() => decodeMessage(encodeMessage(message, "key"), "another"), /wrong signature/);
  assert.throws(() => decodeMessage([new Uint8Array([1])], "key"), /not a Jupyter message/);
});
