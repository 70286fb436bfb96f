/** On AWS, whatever ends a task: its last line says what runs, what it costs, and how to end it. */
import assert from "node:assert/strict";
import { costReminder, costsInWords } from "../../lib/training/costs.ts";
import { deployModel } from "../../lib/training/endpoint.ts";
import { endPipeline } from "../../lib/training/keep_endpoint.ts";
import { withLocalAws } from "../local/testing.ts";
import { IMAGE } from "../local/sagemaker/testing.ts";
import { connectTo, deployEndpoint } from "../workflow/testing.ts";
import { asOnAws, interruptTask, runTask } from "./testing.ts";

const REMINDER =
  /^Running on AWS: endpoint scones-unlimited \(1 × ml\.m5\.xlarge, about \$0\.23 per hour in us-east-1, about \$0\.\d\d in \d+ minutes so far\)\. "deno task destroy" ends it\.$/;

Deno.test("tasks on aws say first where they work, and last what runs and costs money", async (t) => {
  await withLocalAws(async ({ endpoint, stateDir }) => {
    const aws = await connectTo(endpoint);
    try {
      await deployEndpoint(aws);
      const environment = { ...asOnAws(endpoint), SCONES_STATE_DIR: `${stateDir}/workflow` };
      const lines = (said: string) => said.trimEnd().split("\n");
      const where = "Target aws, account 000000000000, region us-east-1, no stage";
      await t.step("status, with age and cost so far", async () => {
        const { code, said } = await runTask("status.ts", environment);
        assert.equal(code, 0, said);
        assert.equal(lines(said)[0], where);
        assert.match(
          said,
          /endpoint +scones-unlimited +InService since .* UTC, 1 × ml\.m5\.xlarge, .* so far/,
        );
        assert.match(lines(said).at(-1)!, REMINDER);
      });
      await t.step("a pipeline that fails", async () => {
        const { code, said } = await runTask("pipeline.ts", {
          ...environment,
          SCONES_DATASET_URL: "nowhere.tar.gz",
        });
        assert.equal(code, 1);
        assert.equal(lines(said)[0], where);
        assert.match(lines(said.split(/^Error: /m)[0]!).at(-1)!, REMINDER);
      });
      await t.step("a pipeline that is interrupted", async () => {
        const { code, said } = await interruptTask("pipeline.ts", environment, /^Target aws/m);
        assert.equal(code, 130, said);
        assert.match(lines(said).at(-1)!, REMINDER);
      });
      await t.step("destroy: nothing runs any more, nothing is said", async () => {
        const { code, said } = await runTask("destroy.ts", environment);
        assert.equal(code, 0, said);
        assert.doesNotMatch(said, /Running on AWS/);
      });
    } finally {
      aws.close();
    }
  });
});

Deno.test("the end of a pipeline deletes an endpoint that is older than SCONES_KEEP_ENDPOINT_HOURS, or says that it stays", async () => {
  await withLocalAws(async ({ endpoint }) => {
    const local = await connectTo(endpoint);
    try {
      const { role, modelData } = await deployEndpoint(local);
      const with_ = (keepEndpointHours?: number) => ({
        ...local,
        target: "aws" as const,
        settings: { ...local.settings, keepEndpointHours },
      });
      const inTwoHours = Date.now() + 2 * 3_600_000;
      assert.deepEqual(await endPipeline(local), []);
      assert.match((await endPipeline(with_()))[0]!, /stays; SCONES_KEEP_ENDPOINT_HOURS=0 deletes it/);
      const [stays, reminder] = await endPipeline(with_(3), inTwoHours);
      assert.match(stays!, /2\.0 hours old and stays: SCONES_KEEP_ENDPOINT_HOURS is 3/);
      assert.match(reminder!, REMINDER);
      const deleted = await endPipeline(with_(1.5), inTwoHours);
      assert.equal(deleted.length, 1);
      assert.match(deleted[0]!, /^Deleted the endpoint scones-unlimited, which was 2\.0 hours old/);
      assert.equal(await costReminder(with_()), undefined);

      // An interrupt while the endpoint is being created.
      const controller = new AbortController();
      const aborted = deployModel({ ...with_(), pollSeconds: 0.05 }, {
        endpointName: local.names.endpoint,
        imageUri: IMAGE,
        role,
        modelData,
        status: () => controller.abort(new Error("Interrupted.")),
        signal: controller.signal,
      });
      await assert.rejects(aborted, /^Error: Interrupted\. Running on AWS: endpoint scones-unlimited \(1 × /);
    } finally {
      local.close();
    }
  });
});

Deno.test("costs in words: per hour and so far; on local free", () => {
  const since = new Date(0);
  const one = { instanceType: "ml.m5.xlarge", instanceCount: 1, since };
  assert.equal(
    costsInWords({ target: "aws" }, one, 72 * 3_600_000),
    "1 × ml.m5.xlarge, about $0.23 per hour in us-east-1, about $16.56 in 3.0 days so far",
  );
  assert.equal(
    costsInWords({ target: "aws" }, { ...one, instanceType: "ml.m9.large" }, 3_600_000),
    "1 × ml.m9.large, see AWS's price list, 60 minutes so far",
  );
  assert.equal(costsInWords({ target: "local" }, one), "free (local)");
});
