/** SIGKILL during the whole workflow, several times: nothing acknowledged is lost, everything ends once. */
import assert from "node:assert/strict";
import { killRounds } from "./killing.ts";

Deno.test("a busy workflow continues after its server is killed", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    const figures = await killRounds(stateDir, 4, 3000);
    assert.ok(figures.executions > 4 && figures.objects > 4, JSON.stringify(figures));
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});
