import assert from "node:assert/strict";
import { stopLocalAws } from "../../lib/aws/local_aws.ts";
import { firstValue } from "../console/testing.ts";
import { withLocalAws } from "../local/testing.ts";
import { asOnAws, interruptTask, runTask } from "./testing.ts";

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

Deno.test("no answer of the console holds the keys with which it asks AWS", async () => {
  await withLocalAws(async ({ endpoint }) => {
    const keys = { AWS_ACCESS_KEY_ID: "AKIDCONSOLETEST", AWS_SECRET_ACCESS_KEY: "SecretOfTheConsoleTest" };
    const environment = { ...asOnAws(endpoint), ...keys, SCONES_CONSOLE_PORT: "0" };
    const { code, said } = await interruptTask("console.ts", environment, /^Console: .*\n/m, async (said) => {
      const link = new URL(said.match(/^Console: (.*)$/m)![1]!);
      const opened = await fetch(link, { redirect: "manual" });
      await opened.body?.cancel();
      const cookie = opened.headers.get("set-cookie")!.split(";")[0]!;
      const request = (path: string, init: RequestInit = {}) =>
        fetch(new URL(path, link), { ...init, headers: { cookie } });
      const texts = await Promise.all([
        ...["/", "/api/target", "/api/orders", "/api/evaluation", "/assets/shell/main.js"].map(async (path) =>
          await (await request(path)).text()
        ),
        ...["/api/overview/live", "/api/models/live", "/api/orders/live"].map(async (path) =>
          JSON.stringify(await firstValue({ request }, path))
        ),
      ]);
      for (const text of texts) {
        assert.ok(text.length > 0);
        for (const key of Object.values(keys)) assert.ok(!text.includes(key), text.slice(0, 500));
      }
    });
    assert.equal(code, 0, said);
  });
});
