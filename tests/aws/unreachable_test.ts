import assert from "node:assert/strict";
import { join } from "node:path";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { ListStateMachinesCommand } from "@aws-sdk/client-sfn";
import { connect } from "../../lib/aws/clients.ts";
import { findLocalAws, stopLocalAws } from "../../lib/aws/local_aws.ts";
import { readSettings } from "../../lib/settings.ts";

Deno.test("a local AWS that has ended is named as such, with what to do", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    const settings = readSettings({ SCONES_STATE_DIR: stateDir, SCONES_PORT: "0" });
    const aws = await connect(settings);
    const { pid, endpoint } = (await findLocalAws(settings))!;
    Deno.kill(pid, "SIGKILL");
    try {
      for (
        const list of [
          () => aws.s3.send(new ListBucketsCommand({})),
          () => aws.sfn.send(new ListStateMachinesCommand({})),
        ]
      ) {
        await assert.rejects(list(), (error: Error) => {
          assert.match(error.message, new RegExp(`${endpoint} \\(ECONNREFUSED\\)\\. The local AWS .* Run`));
          assert.ok(error.message.includes(join(stateDir, "local.log")));
          return true;
        });
      }
    } finally {
      aws.close();
    }
  } finally {
    await stopLocalAws({ stateDir });
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("AWS_ENDPOINT_URL of a local AWS that is gone is said to be set", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const endpoint = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  listener.close();
  const settings = readSettings({ AWS_ENDPOINT_URL: endpoint });
  await assert.rejects(connect(settings), {
    message: new RegExp(
      `${endpoint} \\(ECONNREFUSED\\)\\. AWS_ENDPOINT_URL .* unset AWS_ENDPOINT_URL .*\\.env.* local AWS started`,
    ),
  });
});
