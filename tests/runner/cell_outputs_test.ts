import assert from "node:assert/strict";
import { CellOutputs } from "../../lib/runner/cell_outputs.ts";
import { newMessage } from "../../lib/runner/jupyter_message.ts";
import { code } from "./testing.ts";

function message(type: string, content: Record<string, unknown>) {
  return newMessage(type, content, "session");
}

function display(value: string, display_id: string) {
  return { data: { "text/plain": value }, metadata: {}, transient: { display_id } };
}

Deno.test("texts of one stream are joined, and a new run removes old outputs", () => {
  const outputs = new CellOutputs();
  const cell = code("1", { outputs: [{ output_type: "stream", name: "stdout", text: "old" }] });
  outputs.begin(cell);
  outputs.take(message("stream", { name: "stdout", text: "a" }));
  outputs.take(message("status", { execution_state: "busy" }));
  outputs.take(message("stream", { name: "stdout", text: "b\n" }));
  outputs.take(message("stream", { name: "stderr", text: "c" }));
  outputs.take(message("error", { ename: "E", evalue: "v", traceback: ["t"] }));
  assert.deepEqual(cell.outputs, [
    { output_type: "stream", name: "stdout", text: "ab\n" },
    { output_type: "stream", name: "stderr", text: "c" },
    { output_type: "error", ename: "E", evalue: "v", traceback: ["t"] },
  ]);
});

Deno.test("an update changes a display in an earlier cell too, and adds no output", () => {
  const outputs = new CellOutputs();
  const [first, second] = [code("1"), code("2")];
  outputs.begin(first);
  outputs.take(message("display_data", display("one", "d")));
  outputs.begin(second);
  outputs.take(message("update_display_data", display("two", "d")));
  outputs.take(message("update_display_data", display("nobody's", "other")));
  assert.deepEqual(first.outputs, [{
    output_type: "display_data",
    data: { "text/plain": "two" },
    metadata: {},
  }]);
  assert.deepEqual(second.outputs, []);
});

Deno.test("clear_output clears at once, or with the next output when asked to wait", () => {
  const outputs = new CellOutputs();
  const cell = code("1");
  outputs.begin(cell);
  outputs.take(message("stream", { name: "stdout", text: "a" }));
  outputs.take(message("clear_output", { wait: true }));
  assert.equal(cell.outputs.length, 1);
  outputs.take(message("stream", { name: "stdout", text: "b" }));
  assert.deepEqual(cell.outputs, [{ output_type: "stream", name: "stdout", text: "b" }]);
  outputs.take(message("clear_output", { wait: false }));
  assert.deepEqual(cell.outputs, []);
});
