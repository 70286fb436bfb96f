import assert from "node:assert/strict";
import { ensureLocalAws, stopLocalAws } from "../../lib/aws/local_aws.ts";
import { runTask } from "./testing.ts";

Deno.test("a local AWS that is already running is shown with the variables that point either version of the AWS CLI at it", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    const { endpoint, pid } = await ensureLocalAws({ stateDir, port: 0 });
    const { code, said } = await runTask("local.ts", { SCONES_STATE_DIR: stateDir, AWS_REGION: "eu-west-1" });
    assert.equal(code, 0);
    assert.match(said, new RegExp(`already running: process ${pid}, ${endpoint}`));
    assert.match(
      said,
      new RegExp(
        `export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1$`,
        "m",
      ),
    );
    assert.match(said, /"deno task local stop" stops it/);
  } finally {
    await stopLocalAws({ stateDir });
    await Deno.remove(stateDir, { recursive: true });
  }
});
