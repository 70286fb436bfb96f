/** What other users of the machine see of the local AWS: a port that tells nothing, and a directory that is closed. */
import assert from "node:assert/strict";
import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { ensureLocalAws, findLocalAws, stopLocalAws } from "../../../lib/aws/local_aws.ts";
import { startLocalAws } from "../../../lib/local/server.ts";

const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the state directory and what points to the server are their user's alone", () =>
  withFolder(async (folder) => {
    const stateDir = join(folder, "new", "state");
    try {
      const { endpoint, pid } = await ensureLocalAws({ stateDir, port: 0 });
      assert.deepEqual([modeOf(stateDir), modeOf(join(stateDir, "local.json"))], ["700", "600"]);
      const told = await (await fetch(`${endpoint}/_scones/health`)).text();
      assert.ok(!told.includes(stateDir) && !told.includes(String(pid)), told);
    } finally {
      await stopLocalAws({ stateDir });
    }
  }));

Deno.test("one that others could look into is closed to them, one that all share is left as it is", () =>
  withFolder(async (folder) => {
    for (const [before, after] of [[0o755, "700"], [0o770, "700"], [0o1777, "1777"]] as const) {
      chmodSync(folder, before);
      const aws = await startLocalAws({ stateDir: folder, port: 0 });
      await aws.stop();
      assert.equal(modeOf(folder), after);
    }
  }));

Deno.test("a program that took the port of a server that is gone is not taken for it, and not stopped", () =>
  withFolder(async (stateDir) => {
    const other = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => Response.json({ service: "scones-local-aws", stateDir, pid: Deno.pid, id: "guessed" }),
    );
    try {
      const noted = {
        endpoint: `http://127.0.0.1:${other.addr.port}`,
        pid: Deno.pid,
        id: crypto.randomUUID(),
      };
      Deno.writeTextFileSync(join(stateDir, "local.json"), JSON.stringify(noted));
      assert.equal(await findLocalAws({ stateDir }), undefined);
      assert.equal(await stopLocalAws({ stateDir }), false);
    } finally {
      await other.shutdown();
    }
  }));
