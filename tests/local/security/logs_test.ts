/** Logs do not fill the disk. */
import assert from "node:assert/strict";
import { LogTables } from "../../../lib/local/logs/tables.ts";
import { Store } from "../../../lib/local/store.ts";

Deno.test("beyond a limit the oldest events go, and what is stored is counted", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const store = new Store(stateDir);
  try {
    const logs = new LogTables(store, 10_000);
    for (const group of ["a", "b"]) {
      logs.addGroup(group, 0);
      logs.addStream(group, "s", 0);
    }
    const events = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ timestamp: i, message: "x".repeat(74) }));
    logs.append("a", "s", events(60), 0);
    logs.append("b", "s", events(60), 0);
    assert.deepEqual([logs.storedBytes("a"), logs.storedBytes("b")], [4000, 6000]);
    const left = [...logs.ofGroup("a", { timestamp: -1, id: 0 }, 0, 1000)];
    assert.deepEqual(left.map(({ timestamp }) => timestamp), Array.from({ length: 40 }, (_, i) => 20 + i));
    logs.append("b", "s", events(300), 0);
    assert.deepEqual([logs.storedBytes("a"), logs.storedBytes("b")], [0, 10_000]);
    logs.removeStream("b", "s");
    assert.equal(logs.storedBytes("b"), 0);
    // One of an older version, which did not count.
    logs.addStream("b", "s", 0);
    logs.append("b", "s", events(3), 0);
    store.db.exec("DROP TABLE log_sizes");
    assert.equal(new LogTables(store).storedBytes("b"), 300);
  } finally {
    store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
});
