/** Training jobs and endpoints: their variables, their memory, and the archives that they are given. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CreateTrainingJobCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { packTar, type TarEntry } from "modern-tar";
import { startContainer } from "../../../lib/local/sagemaker/containers.ts";
import { answer } from "../../../lib/local/sagemaker/image_classification/container/serve.ts";
import { checkCapacity } from "../../../lib/local/sagemaker/instances.ts";
import { unpackModel } from "../../../lib/local/sagemaker/model_archive.ts";
import { TrainingRuns } from "../../../lib/local/sagemaker/training_runs.ts";
import type { TrainingJob } from "../../../lib/local/sagemaker/records.ts";
import { createRole, jobEnded, stagePictures, trainingJob, withContext } from "../sagemaker/testing.ts";
import { descendants, megabytesOf } from "../testing/program.ts";
import { withLocalAws } from "../testing.ts";

Deno.test("a training job's variables are not the environment of its process", async () => {
  await withLocalAws(async (aws) => {
    const client = new SageMakerClient(aws.client);
    const role = await createRole(aws);
    await stagePictures(aws);
    const audit = join(aws.stateDir, "audit.jsonl");
    const Environment = {
      LD_PRELOAD: "./evil.so",
      HTTP_PROXY: "http://127.0.0.1:1",
      DENO_AUDIT_PERMISSIONS: audit,
      DENO_V8_FLAGS: "--no-such-flag",
      SCONES_PARENT_PIPE: "0",
      SCONES_CLASSES: "red,blue",
    };
    const request = trainingJob(role, { Environment });
    await client.send(new CreateTrainingJobCommand(request));
    const names = new Set<string>();
    const ended = jobEnded(client, request.TrainingJobName!);
    let running = true;
    ended.finally(() => running = false);
    while (running && Deno.build.os === "linux") {
      for (const pid of descendants(Deno.pid)) {
        const read = (file: string) => Deno.readTextFile(`/proc/${pid}/${file}`).catch(() => "");
        if (!(await read("cmdline")).includes(aws.stateDir)) continue;
        for (const line of (await read("environ")).split("\0")) if (line) names.add(line.split("=")[0]!);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const job = await ended;
    assert.equal(job.TrainingJobStatus, "Completed", job.FailureReason);
    assert.ok(!await Deno.stat(audit).then(() => true, () => false));
    const fixed = ["HOME", "PATH", "DENO_DIR", "SCONES_PARENT_PIPE", "PWD"];
    assert.deepEqual([...names].filter((name) => !fixed.includes(name)), []);
    client.destroy();
  });
});

/** A process that takes memory without end. */
const HUNGRY = {
  args: [
    "eval",
    "const kept = []; setInterval(() => kept.push(new Uint8Array(3e7).fill(1)), 20)",
  ],
  env: { PATH: Deno.env.get("PATH")!, HOME: Deno.env.get("HOME")! },
};

Deno.test({
  name: "a container that takes too much memory is ended, and its job fails with SageMaker's words",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const lines: string[] = [];
    const container = startContainer(HUNGRY, (line) => lines.push(line), 300);
    assert.deepEqual(await container.exit, { code: null, signal: "SIGKILL", outOfMemory: true });
    assert.deepEqual(lines, ["The container used more than 300 MB of memory and was ended."]);

    const logs = { exists: () => true, mayWrite: () => true, write: () => {} };
    await withContext(async ({ core, jobs }) => {
      const job = {
        TrainingJobName: "hungry",
        TrainingJobArn: "arn:aws:sagemaker:us-east-1:000000000000:training-job/hungry",
        RoleArn: "arn:aws:iam::000000000000:role/r",
        CreationTime: 0,
        TrainingJobStatus: "InProgress",
        SecondaryStatusTransitions: [],
        ResourceConfig: { InstanceCount: 1 },
        StoppingCondition: { MaxRuntimeInSeconds: 60 },
        ModelArtifacts: { S3ModelArtifacts: "s3://b/k" },
      } as unknown as TrainingJob;
      jobs.put("hungry", job);
      const runs = new TrainingRuns(core, { jobs }, () => HUNGRY, 300);
      runs.run(job);
      while (runs.busy) await new Promise((resolve) => setTimeout(resolve, 20));
      const { TrainingJobStatus, FailureReason } = jobs.get("hungry")!;
      assert.deepEqual([TrainingJobStatus, FailureReason], [
        "Failed",
        "ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an " +
        "instance.",
      ]);
    }, { logs });
  },
});

Deno.test("no more processes run at a time than 20 for jobs and 20 for variants", () => {
  const one = { InstanceType: "ml.g4dn.xlarge", InstanceCount: 1 };
  for (const use of ["training-job", "endpoint"] as const) {
    checkCapacity(use, [one], Array.from({ length: 19 }, () => one), () => undefined);
    assert.throws(() => checkCapacity(use, [one], Array.from({ length: 20 }, () => one), () => undefined), {
      code: "ResourceLimitExceeded",
      message:
        /'Number of instances across (training jobs|active endpoints)' is 20 Instances, with current utilization of 20/,
    });
  }
});

Deno.test("a model archive that asks too much of the machine is refused, and nothing lands outside", async () => {
  const limits = { bytes: 2 ** 20, unpackedBytes: 2 ** 27, ratio: 100, entries: 100, seconds: 20 };
  const file = (name: string, body: Uint8Array<ArrayBuffer> = new Uint8Array(1)): TarEntry => ({
    header: { name, size: body.length },
    body,
  });
  const link = (name: string, linkname: string, type: "symlink" | "link"): TarEntry => ({
    header: { name, size: 0, type, linkname },
  });
  const tarGz = async (entries: TarEntry[]) => gzipSync(await packTar(entries));
  const slow = new ReadableStream<Uint8Array>({
    async pull() {
      await new Promise((resolve) => setTimeout(resolve, 10_000));
    },
  });
  const random = (size: number) => {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    return bytes;
  };
  const cases: [string, Uint8Array | ReadableStream<Uint8Array>, RegExp, typeof limits?][] = [
    ["too large", await tarGz([file("model.onnx", random(2 ** 21))]), /has more than 1048576 bytes/],
    [
      "a bomb",
      await tarGz([file("model.onnx", new Uint8Array(100e6))]),
      /unpacks to more than 100 times its size/,
    ],
    [
      "too large when unpacked",
      await tarGz([file("model.onnx", new Uint8Array(2 ** 21))]),
      /unpacks to more than 1000000 bytes/,
      { ...limits, unpackedBytes: 1_000_000 },
    ],
    [
      "too many entries",
      await tarGz(Array.from({ length: 101 }, (_, i) => file(`file-${i}`))),
      /has more than 100 entries/,
    ],
    ["too slow", slow, /takes more than 0.2 seconds/, { ...limits, seconds: 0.2 }],
    ["out by name", await tarGz([file("../outside")]), /not a readable .tar.gz/],
    [
      "out by a link",
      await tarGz([link("out", "..", "symlink"), file("out/outside")]),
      /not a readable .tar.gz/,
    ],
    ["out by a hard link", await tarGz([link("model.onnx", "../secret", "link")]), /not a readable .tar.gz/],
    ["no archive", new TextEncoder().encode("hello"), /not a readable .tar.gz/],
  ];
  for (const [what, archive, message, given] of cases) {
    const folder = await Deno.makeTempDir({ prefix: "scones-model-" });
    try {
      await Deno.writeTextFile(join(folder, "secret"), "secret");
      const refused = { code: "ValidationException", message };
      await assert.rejects(unpackModel(archive, join(folder, "model"), given ?? limits), refused, what);
      assert.deepEqual(
        [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
        ["model", "secret"],
        what,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});

Deno.test("a container's memory is limited also while the server cannot look", async () => {
  if (Deno.build.os !== "linux") return;
  const container = startContainer(HUNGRY, () => {}, 300);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const isHungry = async (pid: number) =>
    (await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "")).includes("3e7");
  const [pid] =
    (await Promise.all(descendants(Deno.pid).map(async (one) => await isHungry(one) ? [one] : []))).flat();
  let most = 0;
  for (let looks = 0; looks < 80 && most < 2000; looks++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50); // the event loop stands still
    most = Math.max(most, megabytesOf(pid!));
  }
  await container.exit;
  assert.ok(most < 1600, `${most} MB`);
});

Deno.test("a model's server answers no web page", async () => {
  const classify = () => Promise.resolve(new Float32Array());
  const status = async (url: string, headers = {}) =>
    (await answer(new Request(url, { headers }), classify)).status;
  assert.equal(await status("http://127.0.0.1:4000/ping"), 200);
  assert.equal(await status("http://attacker.example:4000/ping"), 403);
  assert.equal(await status("http://localhost:4000/ping"), 403);
  for (
    const headers of [{ origin: "http://a.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }]
  ) {
    assert.equal(await status("http://127.0.0.1:4000/ping", headers), 403);
  }
});
