import assert from "node:assert/strict";
import { join } from "node:path";
import {
  serveCommand,
  trainCommand,
} from "../../../../../lib/local/sagemaker/image_classification/container/commands.ts";
import { writeVariables } from "../../../../../lib/local/sagemaker/image_classification/container/environment.ts";
import { Random } from "../../../../../lib/local/sagemaker/image_classification/training/random.ts";
import { drawn, files, makeOptMl } from "./testing.ts";

interface Running {
  child: Deno.ChildProcess;
  stdin: WritableStreamDefaultWriter;
  lines: string[];
  /** The first line that matches, including those already printed. */
  line(pattern: RegExp): Promise<string>;
  /** The exit status, once all output is read. */
  exit: Promise<number>;
}

function start({ args, env }: { args: string[]; env: Record<string, string> }): Running {
  const options = { args, env, clearEnv: true, stdin: "piped", stdout: "piped" } as const;
  const child = new Deno.Command(Deno.execPath(), options).spawn();
  const lines: string[] = [];
  const waiting: { pattern: RegExp; resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  const read = async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split("\n");
      rest = parts.pop()!;
      for (const line of parts) {
        lines.push(line);
        for (const { pattern, resolve } of waiting) if (pattern.test(line)) resolve(line);
      }
    }
    for (const { pattern, reject } of waiting) {
      reject(new Error(`ended without ${pattern}:\n${lines.join("\n")}`));
    }
  };
  const reading = read();
  return {
    child,
    stdin: child.stdin.getWriter(),
    lines,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const printed = lines.find((line) => pattern.test(line));
        if (printed !== undefined) resolve(printed);
        else waiting.push({ pattern, resolve, reject });
      }),
    exit: Promise.all([child.status, reading]).then(([{ code }]) => code),
  };
}

Deno.test("Deno's own messages are not in a container's log", () => {
  for (const { args } of [trainCommand("/opt/ml"), serveCommand("/opt/ml")]) {
    assert.deepEqual(args.slice(0, 2), ["run", "--quiet"]);
  }
});

Deno.test("train and serve as processes with their permissions", async (t) => {
  const root = await makeOptMl({ epochs: "12", mini_batch_size: "16" });
  try {
    await t.step("train writes AWS's log lines and the model", async () => {
      await writeVariables(root, {
        TRAINING_JOB_NAME: "job",
        SCONES_CLASSES: "top",
        SCONES_CLASSES_2: "left",
      });
      const run = start(trainCommand(root));
      assert.equal(await run.exit, 0);
      await run.stdin.close();
      const log = run.lines.join("\n");
      for (
        const pattern of [
          /^Docker entrypoint called with argument\(s\): train$/m,
          /^Running default environment configuration script$/m,
          /^\[\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d INFO \d+\] Reading default configuration from /m,
          /Merging with provided configuration from \/opt\/ml\/input\/config\/hyperparameters.json: \{'image_shape': '3,16,16'/,
          /Final configuration: \{.*'epochs': '12'/,
          /Searching for \.lst files in \/opt\/ml\/input\/data\/train_lst\.$/m,
          /Creating record files for train\.lst$/m,
          /Done creating record files\.\.\.$/m,
          /---- Parameters ----$/m,
          /network: compact local network/,
          /Epoch\[0\] Train-accuracy=\d\.\d{6}$/m,
          /Epoch\[0\] Time cost=\d+\.\d{3}$/m,
          /Epoch\[11\] Validation-accuracy=1\.000000$/m,
          /Saved checkpoint to "\/opt\/ml\/model\/model\.onnx"$/m,
        ]
      ) assert.match(log, pattern);
      assert.deepEqual(await files(join(root, "model")), ["classes.json", "model-shapes.json", "model.onnx"]);
      assert.equal(await Deno.readTextFile(join(root, "model", "classes.json")), '["top","left"]');
      assert.deepEqual(await files(join(root, "output")), []);
    });

    await t.step(
      "serve answers, refuses what is no picture, lives on, and ends with its parent's pipe",
      async () => {
        const run = start(serveCommand(root));
        const { port } = JSON.parse(await run.line(/port/));
        const url = `http://127.0.0.1:${port}`;
        const invoke = (body: BodyInit, headers: Record<string, string> = {}) =>
          fetch(`${url}/invocations`, {
            method: "POST",
            body,
            headers: { "Content-Type": "application/x-image", ...headers },
          });
        const status = async (answer: Promise<Response>) => {
          const response = await answer;
          await response.body?.cancel();
          return response.status;
        };
        assert.equal(await status(fetch(`${url}/ping`)), 200);
        for (const label of [0, 1]) {
          const response = await invoke(await drawn(label, new Random(1)));
          assert.equal(response.headers.get("content-type"), "application/json");
          const probabilities = await response.json();
          assert.ok(probabilities[label] > 0.5, `label ${label}: ${probabilities}`);
          assert.ok(Math.abs(probabilities[0] + probabilities[1] - 1) < 1e-5);
        }
        const larger = await invoke(await drawn(0, new Random(1), 33), { "Content-Type": "image/png" });
        assert.equal((await larger.json()).length, 2, "a picture of another size is resized");
        const lines = await invoke(await drawn(0, new Random(1)), { Accept: "application/jsonlines" });
        assert.deepEqual(Object.keys(await lines.json()), ["prediction"]);
        assert.equal(await status(invoke("hello")), 400);
        assert.equal(await status(invoke("")), 400);
        assert.equal(await status(invoke("1,2", { "Content-Type": "text/csv" })), 415);
        assert.equal(await status(invoke("x", { Accept: "text/html" })), 406);
        assert.equal(await status(fetch(`${url}/else`)), 404);
        assert.equal(await status(fetch(`${url}/ping`)), 200);
        await run.stdin.close();
        assert.equal(await run.exit, 1);
      },
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("SIGTERM ends training at the next step and keeps the model so far", async () => {
  const root = await makeOptMl({ epochs: "100000" });
  try {
    const run = start(trainCommand(root));
    await run.line(/Epoch\[1\] Validation-accuracy/);
    const sent = performance.now();
    run.child.kill("SIGTERM");
    assert.equal(await run.exit, 0);
    assert.ok(performance.now() - sent < 2000, `took ${performance.now() - sent} ms`);
    await run.stdin.close();
    assert.ok((await files(join(root, "model"))).includes("model.onnx"));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
