import assert from "node:assert/strict";
import type { JupyterMessage } from "../../lib/runner/jupyter_message.ts";
import { Kernel, KernelDiedError } from "../../lib/runner/kernel.ts";
import { isRunning, withFolder } from "./testing.ts";

Deno.test("a kernel executes code, tells of errors, and is gone after its shutdown", async () => {
  await withFolder(async (cwd) => {
    const kernel = await Kernel.start({ cwd, env: { SCONES_TEST: "handed over" } });
    try {
      const messages: JupyterMessage[] = [];
      const run = (code: string) => kernel.execute(code, (message) => messages.push(message));

      const first = await run("for (let i = 0; i < 200; i++) console.log(i); Deno.env.get('SCONES_TEST')");
      assert.equal(first.status, "ok");
      assert.equal(first.execution_count, 1);
      const printed = messages.filter(({ header }) => header.msg_type === "stream");
      const lines = Array.from({ length: 200 }, (_, i) => `${i}\n`).join("");
      assert.equal(
        printed.map(({ content }) => content.text).join(""),
        lines,
        "all output has come with the reply",
      );
      const result = messages.find(({ header }) => header.msg_type === "execute_result");
      assert.match(JSON.stringify(result?.content.data), /handed over/);

      const second = await run("throw new RangeError('too far')");
      assert.equal(second.status, "error");
      assert.equal(second.ename, "RangeError");
      assert.equal(second.execution_count, 2);

      await run("console.error(Deno.cwd())");
      const error = messages.find(({ content }) => content.name === "stderr");
      assert.equal(error?.content.text, `${await Deno.realPath(cwd)}\n`);
    } finally {
      await kernel.shutdown();
    }
    await kernel.shutdown();
    assert.equal(isRunning(kernel.pid), false);
    await assert.rejects(kernel.execute("1", () => {}), KernelDiedError);
  });
});

Deno.test("a kernel that dies is noticed, and one that is busy is killed", async () => {
  await withFolder(async (cwd) => {
    const dying = await Kernel.start({ cwd });
    await assert.rejects(dying.execute("Deno.exit(3)", () => {}), /The Deno kernel ended with status 3/);
    await dying.shutdown();

    const busy = await Kernel.start({ cwd });
    const looping = assert.rejects(busy.execute("while (true);", () => {}), KernelDiedError);
    await busy.shutdown(200);
    await looping;
    assert.equal(isRunning(busy.pid), false);
  });
});

Deno.test("a kernel that has imported lib outlives the stop button when no work listens for it", async () => {
  await withFolder(async (cwd) => {
    const kernel = await Kernel.start({ cwd });
    try {
      const module = new URL("../../lib/notebook/interrupt.ts", import.meta.url);
      await kernel.execute(`let kept = 41; await import("${module}");`, () => {});
      kernel.interrupt();
      const texts: unknown[] = [];
      await kernel.execute("console.log(kept + 1)", ({ content }) => texts.push(content.text));
      assert.ok(texts.includes("42\n"), `${texts}`);
    } finally {
      await kernel.shutdown();
    }
  });
});

Deno.test("a folder that does not exist is an error", async () => {
  await assert.rejects(Kernel.start({ cwd: "/does/not/exist" }));
});
