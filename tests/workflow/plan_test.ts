import assert from "node:assert/strict";
import type { Aws } from "../../lib/aws/clients.ts";
import { stopBundler } from "../../lib/workflow/bundle.ts";
import { deployWorkflow } from "../../lib/workflow/deployment.ts";
import { planWorkflow } from "../../lib/workflow/plan.ts";
import type { ResourceReport } from "../../lib/workflow/report.ts";
import { withLocalAws } from "../local/testing.ts";
import { connectTo } from "./testing.ts";

async function reportsOf(work: (onReport: (report: ResourceReport) => void) => Promise<void>) {
  const reports: ResourceReport[] = [];
  await work((report) => reports.push(report));
  return reports.map(({ kind, name, state }) => [kind, name, state] as const);
}

const plan = (aws: Aws) => reportsOf((onReport) => planWorkflow(aws, onReport));

Deno.test("a plan names what would be created and changed, and changes nothing", async () => {
  const writes: string[] = [];
  await withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint, "0.8", { SCONES_STAGE: "dev" });
    try {
      const first = await plan(aws);
      assert.deepEqual(first.map(([kind, name]) => `${kind} ${name}`), [
        "role scones-unlimited-us-east-1-dev-sagemaker",
        "role scones-unlimited-us-east-1-dev-lambda",
        "role scones-unlimited-us-east-1-dev-states",
        "bucket scones-test",
        "function scones-serialize-image-data-dev",
        "log group /aws/lambda/scones-serialize-image-data-dev",
        "function scones-classify-image-dev",
        "log group /aws/lambda/scones-classify-image-dev",
        "function scones-filter-low-confidence-dev",
        "log group /aws/lambda/scones-filter-low-confidence-dev",
        "state machine scones-unlimited-dev",
        "state machine scones-unlimited-batch-dev",
        "topic scones-alerts-dev",
        "alarm scones-endpoint-errors-dev",
        "alarm scones-endpoint-latency-dev",
        "alarm scones-executions-failed-dev",
        "alarm scones-orders-held-back-dev",
        "alarm scones-throttles-dev",
      ]);
      assert.ok(first.every(([, , state]) => state.startsWith("would be created")));
      assert.deepEqual(writes, []);

      await reportsOf((onReport) => deployWorkflow(aws, onReport));
      assert.ok(writes.length > 5);
      writes.length = 0;
      assert.ok((await plan(aws)).every(([, , state]) => state.startsWith("unchanged")));
      const changed = await connectTo(endpoint, "0.9", {
        SCONES_STAGE: "dev",
        SCONES_BUCKET: "other-bucket",
      });
      const states = (await plan(changed)).filter(([, , state]) => !state.startsWith("unchanged"));
      changed.close();
      assert.deepEqual(states, [
        ["role", "scones-unlimited-us-east-1-dev-sagemaker", "would be updated: permissions"],
        ["role", "scones-unlimited-us-east-1-dev-lambda", "would be updated: permissions"],
        ["role", "scones-unlimited-us-east-1-dev-states", "would be updated: permissions"],
        ["bucket", "other-bucket", "would be created"],
        ["function", "scones-filter-low-confidence-dev", "would be updated: Environment"],
      ]);
      assert.deepEqual(writes, []);
    } finally {
      aws.close();
      await stopBundler();
    }
  }, {
    onRequest: (line) => {
      if (/\b(Create|Put|Update|Delete|Tag|Add)[A-Z]\w+/.test(line)) writes.push(line);
    },
  });
});
