import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { CreateBucketCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import { connect } from "../../lib/aws/clients.ts";
import { ensureLocalAws, findLocalAws, stopLocalAws } from "../../lib/aws/local_aws.ts";
import { STATE_VERSION } from "../../lib/local/store.ts";
import { readSettings } from "../../lib/settings.ts";

async function withStateDir(body: (stateDir: string) => Promise<void>): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    await body(stateDir);
  } finally {
    await stopLocalAws({ stateDir });
    await Deno.remove(stateDir, { recursive: true });
  }
}

Deno.test("the local AWS is started once, found again, and stopped", async () => {
  await withStateDir(async (stateDir) => {
    assert.equal(await findLocalAws({ stateDir }), undefined);
    const first = await ensureLocalAws({ stateDir, port: 0 });
    assert.equal(first.started, true);
    const second = await ensureLocalAws({ stateDir, port: 0 });
    assert.deepEqual([second.started, second.pid, second.endpoint], [false, first.pid, first.endpoint]);
    assert.equal(await stopLocalAws({ stateDir }), true);
    assert.equal(await stopLocalAws({ stateDir }), false);
  });
});

Deno.test("killed between two notebooks, the next one starts it again and finds everything", async () => {
  await withStateDir(async (stateDir) => {
    const settings = readSettings({ SCONES_STATE_DIR: stateDir, SCONES_PORT: "0" });
    const before = await connect(settings);
    await before.s3.send(new CreateBucketCommand({ Bucket: before.bucket }));
    before.close();
    Deno.kill((await findLocalAws(settings))!.pid, "SIGKILL");
    const after = await connect(settings);
    const { Buckets } = await after.s3.send(new ListBucketsCommand({}));
    assert.deepEqual(Buckets!.map(({ Name }) => Name), [before.bucket]);
    after.close();
  });
});

Deno.test("what a local AWS said stays in the log when the next one starts, up to a size", async () => {
  await withStateDir(async (stateDir) => {
    const log = join(stateDir, "local.log");
    const { pid } = await ensureLocalAws({ stateDir, port: 0 });
    Deno.writeTextFileSync(log, "the crash\n", { append: true });
    Deno.kill(pid, "SIGKILL");
    const next = await ensureLocalAws({ stateDir, port: 0 });
    assert.match(Deno.readTextFileSync(log), /listens on [^]*the crash\n--- [^]*listens on /);
    Deno.writeTextFileSync(log, "x".repeat(2 ** 20), { append: true });
    Deno.kill(next.pid, "SIGKILL");
    await ensureLocalAws({ stateDir, port: 0 });
    assert.match(Deno.readTextFileSync(`${log}.1`), /the crash\n/);
    assert.match(Deno.readTextFileSync(log), /^--- [^]*listens on /);
  });
});

Deno.test("why it did not start is said without what an earlier one said", async () => {
  await withStateDir(async (stateDir) => {
    Deno.writeTextFileSync(join(stateDir, "local.log"), "earlier\n");
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = other.addr as Deno.NetAddr;
    await assert.rejects(ensureLocalAws({ stateDir, port }), {
      message: /^The local AWS did not start. Port \d+ of/,
    });
  });
});

Deno.test("a local AWS that is stopped is left so and said, not taken for a dead one", async () => {
  await withStateDir(async (stateDir) => {
    const { pid } = await ensureLocalAws({ stateDir, port: 0 });
    Deno.kill(pid, "SIGSTOP");
    try {
      await assert.rejects(findLocalAws({ stateDir }, 0.5), {
        message: new RegExp(`process ${pid}, .*has not answered for 0.5 s.*kill -CONT ${pid}`),
      });
    } finally {
      Deno.kill(pid, "SIGCONT");
    }
    assert.equal((await findLocalAws({ stateDir }))!.pid, pid);
  });
});

Deno.test("a port in use is said, with what to do", async () => {
  await withStateDir(async (stateDir) => {
    const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    try {
      const { port } = other.addr as Deno.NetAddr;
      await assert.rejects(ensureLocalAws({ stateDir, port }), {
        message: new RegExp(`Port ${port} of 127.0.0.1 is in use by another program. Set SCONES_PORT`),
      });
    } finally {
      other.close();
    }
  });
});

Deno.test("a state directory of a newer version is refused and left as it is", async () => {
  await withStateDir(async (stateDir) => {
    const database = new DatabaseSync(join(stateDir, "aws.sqlite"));
    database.exec(`PRAGMA user_version = ${STATE_VERSION + 1}; CREATE TABLE future (x)`);
    database.close();
    await assert.rejects(ensureLocalAws({ stateDir, port: 0 }), {
      message: /written by a newer version of this project .*Update the project, or point SCONES_STATE_DIR/s,
    });
    const again = new DatabaseSync(join(stateDir, "aws.sqlite"));
    assert.equal(
      (again.prepare("PRAGMA user_version").get() as { user_version: number }).user_version,
      STATE_VERSION + 1,
    );
    again.close();
  });
});

Deno.test("a state directory that cannot be made is said by the variable's name, with what to do", async () => {
  const file = await Deno.makeTempFile();
  try {
    await assert.rejects(ensureLocalAws({ stateDir: join(file, "below"), port: 0 }), {
      message: /^SCONES_STATE_DIR is ".*below", but .* \(ENOTDIR\)\. Set SCONES_STATE_DIR to a folder/,
    });
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a port that our own local AWS of another state directory holds is said to be that", async () => {
  await withStateDir(async (first) => {
    const { endpoint } = await ensureLocalAws({ stateDir: first, port: 0 });
    await withStateDir(async (second) => {
      const port = Number(new URL(endpoint).port);
      await assert.rejects(ensureLocalAws({ stateDir: second, port }), {
        message: new RegExp(
          `^Port ${port} is held by the local AWS of another state directory\\..*SCONES_PORT`,
        ),
      });
    });
  });
});

Deno.test("a local AWS that does not react is killed when it is to stop, and starts again with everything", async () => {
  await withStateDir(async (stateDir) => {
    const settings = readSettings({ SCONES_STATE_DIR: stateDir, SCONES_PORT: "0" });
    const before = await connect(settings);
    await before.s3.send(new CreateBucketCommand({ Bucket: before.bucket }));
    before.close();
    const { pid } = (await findLocalAws({ stateDir }))!;
    Deno.kill(pid, "SIGSTOP");
    const said: string[] = [];
    assert.equal(await stopLocalAws({ stateDir }, (line) => said.push(line)), true);
    assert.deepEqual(said, [
      `The local AWS (process ${pid}) did not react for 10 s; it was killed. Nothing stored is lost.`,
    ]);
    assert.equal(await findLocalAws({ stateDir }), undefined);
    assert.equal(await stopLocalAws({ stateDir }), false);
    const after = await connect(settings);
    const { Buckets } = await after.s3.send(new ListBucketsCommand({}));
    assert.deepEqual(Buckets!.map(({ Name }) => Name), [after.bucket]);
    after.close();
  });
});

Deno.test("a process that is no local AWS is never stopped, whatever the state directory says of it", async () => {
  await withStateDir(async (stateDir) => {
    // Accepts connections, and never answers.
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = silent.addr as Deno.NetAddr;
    const file = join(stateDir, "local.json");
    Deno.writeTextFileSync(file, JSON.stringify({ endpoint: `http://127.0.0.1:${port}`, pid: Deno.pid }));
    await assert.rejects(stopLocalAws({ stateDir }), /has not answered for 2 s/);
    Deno.removeSync(file);
  });
});
