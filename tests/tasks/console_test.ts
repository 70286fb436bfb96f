import assert from "node:assert/strict";
import { stopLocalAws } from "../../lib/aws/local_aws.ts";
import { interruptTask, runTask } from "./testing.ts";

Deno.test("the console starts the local AWS, prints a link, and ends in order by Ctrl-C", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    const environment = { SCONES_STATE_DIR: stateDir, SCONES_PORT: "0", SCONES_CONSOLE_PORT: "0" };
    const { code, said } = await interruptTask("console.ts", environment, /^Console: .*\n/m);
    assert.equal(code, 0, said);
    assert.match(said, /^Target local, account 000000000000/);
    assert.match(said, /^Started the local AWS/m);
    assert.match(said, /^Console: http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{64}$/m);
  } finally {
    await stopLocalAws({ stateDir });
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("a port of the console that is in use is an error that says what to set", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    const SCONES_CONSOLE_PORT = `${taken.addr.port}`;
    const environment = { SCONES_STATE_DIR: stateDir, SCONES_PORT: "0", SCONES_CONSOLE_PORT };
    const { code, said } = await runTask("console.ts", environment);
    assert.equal(code, 1);
    assert.match(
      said,
      new RegExp(`Port ${SCONES_CONSOLE_PORT} of 127.0.0.1 is in use.*Set SCONES_CONSOLE_PORT`),
    );
  } finally {
    taken.close();
    await stopLocalAws({ stateDir });
    await Deno.remove(stateDir, { recursive: true });
  }
});
