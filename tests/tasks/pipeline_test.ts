import assert from "node:assert/strict";
import { withFolder } from "../runner/testing.ts";
import { runTask } from "./testing.ts";

Deno.test("the pipeline checks the classes before it starts anything", async () => {
  await withFolder(async (folder) => {
    const stateDir = `${folder}/state`;
    const cases: [classes: string, says: RegExp][] = [
      ["bicycle,motorbike", /Unknown class "motorbike"\. Did you mean motorcycle\?/],
      [
        "bicycle,zzz",
        /Unknown class "zzz"\. Available: apple, aquarium_fish, .*… \(100 in all\)\./,
      ],
    ];
    for (const [classes, says] of cases) {
      const { code, said } = await runTask("pipeline.ts", {
        SCONES_STATE_DIR: stateDir,
        SCONES_PORT: "0",
        SCONES_CLASSES: classes,
      }, [`${folder}/reports`]);
      assert.equal(code, 1);
      assert.match(said, says);
      assert.doesNotMatch(said, /Local AWS/);
    }
    await assert.rejects(Deno.stat(stateDir), Deno.errors.NotFound);
  });
});
