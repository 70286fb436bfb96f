import assert from "node:assert/strict";
import { Captures } from "../../../lib/local/sagemaker/captures.ts";
import { putObject } from "../../../lib/local/s3/objects.ts";
import type { Infer } from "../../../lib/local/shapes.ts";
import { Store } from "../../../lib/local/store.ts";
import { testCore } from "./testing.ts";

const CONFIG = {
  EnableCapture: true,
  InitialSamplingPercentage: 100,
  DestinationS3Uri: "s3://bucket/captured/",
  CaptureOptions: [{ CaptureMode: "Input" as const }],
};

/** A fake of S3 that is slow, and can fail before or after it has stored an object. */
class Bucket {
  readonly objects = new Map<string, string>();
  puts = 0;
  /** The highest number of concurrent puts. */
  concurrent = 0;
  #underWay = 0;

  constructor(public put: "succeeds" | "hangs before" | "hangs after" | "fails" = "succeeds") {}

  /** PutObject, the only operation that captures call. */
  readonly call = async (operation: unknown, input: Infer<typeof putObject.input>) => {
    assert.equal(operation, putObject);
    this.puts++;
    this.concurrent = Math.max(this.concurrent, ++this.#underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (this.put === "fails") throw new Error("No bucket today");
    if (this.put === "hangs before") await new Promise(() => {});
    this.objects.set(`${input.Bucket}/${input.Key}`, new TextDecoder().decode(input.Body as Uint8Array));
    if (this.put === "hangs after") await new Promise(() => {});
    this.#underWay--;
  };

  /** Inference ids of all records, file by file. */
  ids(): string[] {
    const lines = [...this.objects.values()].flatMap((text) => text.trimEnd().split("\n"));
    return lines.map((line) => JSON.parse(line).eventMetadata.inferenceId);
  }
}

/** Captures with a store that can be closed as by a kill, and the lines of the log. */
async function withStore(
  body: (
    open: (bucket: Bucket) => Captures,
    kill: () => void,
    logged: string[],
    store: () => Store,
  ) => Promise<void>,
): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const logged: string[] = [];
  const logs = {
    exists: () => true,
    mayWrite: () => true,
    write: (group: string, stream: string, lines: string[]) =>
      logged.push(...lines.map((line) => `${group} ${stream} ${line}`)),
  };
  let store = new Store(stateDir);
  let open = true;
  try {
    const opened = ({ call }: Bucket) => {
      if (!open) store = new Store(stateDir);
      open = true;
      return new Captures(testCore(store, { call, logs }));
    };
    const kill = () => {
      store.close();
      open = false;
    };
    await body(opened, kill, logged, () => store);
  } finally {
    if (open) store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
}

const invocation = (inferenceId: string, { endpoint = "scones", variant = "AllTraffic" } = {}) => {
  const content = { body: new Uint8Array([1]), contentType: "image/png" };
  return { endpoint, variant, role: "arn:role", input: content, output: content, inferenceId };
};

Deno.test("captures: one file for each endpoint, variant and hour", async () => {
  await withStore(async (open, _kill, _logged, store) => {
    const bucket = new Bucket();
    const captures = open(bucket);
    captures.record(CONFIG, invocation("1"));
    captures.record(CONFIG, invocation("2", { variant: "Other" }));
    captures.record(CONFIG, invocation("3"));
    captures.record({ ...CONFIG, EnableCapture: false }, invocation("4"));
    captures.record({ ...CONFIG, InitialSamplingPercentage: 0 }, invocation("5"));
    await captures.close();
    assert.deepEqual(bucket.ids(), ["1", "3", "2"]);
    const file = "\\d{4}/\\d\\d/\\d\\d/\\d\\d/\\d\\d-\\d\\d-\\d{3}-[0-9a-f-]{36}\\.jsonl$";
    const [one, other] = [...bucket.objects.keys()];
    assert.match(one!, new RegExp(`^bucket/captured/scones/AllTraffic/${file}`));
    assert.match(other!, new RegExp(`^bucket/captured/scones/Other/${file}`));
    assert.deepEqual(store().all("SELECT * FROM captures"), []);
  });
});

/** Waits until a file is being written. */
async function started(bucket: Bucket): Promise<void> {
  while (bucket.puts === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

for (const moment of ["hangs before", "hangs after"] as const) {
  Deno.test(`captures: killed ${moment.slice(6)} a file is stored, none is lost and none is twice`, async () => {
    await withStore(async (open, kill, _logged, store) => {
      const bucket = new Bucket(moment);
      const captures = open(bucket);
      captures.record(CONFIG, invocation("1"));
      captures.record(CONFIG, invocation("2", { variant: "Other" }));
      captures.deliver();
      await started(bucket);
      await new Promise((resolve) => setTimeout(resolve, 20));
      // Answered while the first file is being written: this record belongs to another file.
      captures.record(CONFIG, invocation("3"));
      captures.deliver();
      const before = new Map(bucket.objects);
      assert.equal(before.size, moment === "hangs after" ? 1 : 0);
      kill();

      bucket.put = "succeeds";
      const next = open(bucket);
      await next.close();
      assert.deepEqual(bucket.ids().sort(), ["1", "2", "3"]);
      assert.equal(bucket.objects.size, 3);
      for (const [key, content] of before) assert.equal(bucket.objects.get(key), content);
      assert.deepEqual(store().all("SELECT * FROM captures"), []);
    });
  });
}

Deno.test("captures: a delivery waits for the one before it", async () => {
  await withStore(async (open) => {
    const bucket = new Bucket();
    const captures = open(bucket);
    captures.record(CONFIG, invocation("1"));
    captures.deliver();
    await started(bucket);
    captures.record(CONFIG, invocation("2"));
    captures.deliver();
    await captures.close();
    assert.deepEqual(bucket.ids(), ["1", "2"]);
    assert.deepEqual([bucket.puts, bucket.concurrent], [2, 1]);
  });
});

Deno.test("captures: a record after the last delivery waits for the next server", async () => {
  await withStore(async (open, kill) => {
    const bucket = new Bucket();
    const captures = open(bucket);
    await captures.close();
    captures.record(CONFIG, invocation("late"));
    kill();
    assert.equal(bucket.puts, 0);
    await open(bucket).close();
    assert.deepEqual(bucket.ids(), ["late"]);
  });
});

Deno.test("captures: a file that cannot be written is logged and not retried", async () => {
  await withStore(async (open, _kill, logged, store) => {
    const bucket = new Bucket("fails");
    const captures = open(bucket);
    captures.record(CONFIG, invocation("1"));
    await captures.deliver();
    captures.record({ ...CONFIG, DestinationS3Uri: "https://bucket/x" }, invocation("2"));
    await captures.close();
    assert.equal(bucket.puts, 1);
    assert.equal(logged.length, 2);
    const report = "/aws/sagemaker/Endpoints/scones AllTraffic/data-log Could not write captured data to ";
    assert.ok(logged[0]!.startsWith(`${report}s3://bucket/captured/scones/AllTraffic/`), logged[0]);
    assert.match(logged[0]!, /No bucket today$/);
    assert.ok(logged[1]!.startsWith(`${report}https://bucket/x/scones/AllTraffic/`), logged[1]);
    assert.deepEqual(store().all("SELECT * FROM captures"), []);
  });
});

Deno.test("captures: a state directory of an older version is opened", async () => {
  await withStore(async (open, _kill, _logged, store) => {
    store().db.exec(`
      CREATE TABLE pending_captures (
        id INTEGER PRIMARY KEY, destination TEXT NOT NULL, role TEXT NOT NULL, time INTEGER NOT NULL, record TEXT NOT NULL
      );
      INSERT INTO pending_captures VALUES (1, 's3://bucket/captured/scones/AllTraffic', 'arn:role', 1, '{}')`);
    const bucket = new Bucket();
    const captures = open(bucket);
    captures.record(CONFIG, invocation("1"));
    await captures.close();
    assert.deepEqual(bucket.ids(), ["1"]);
  });
});
