/** What services publish. */
import assert from "node:assert/strict";
import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { CreateStateMachineCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { noticeInvocation } from "../../../lib/local/sagemaker/metrics.ts";
import type { Core, MetricValues } from "../../../lib/local/core.ts";
import { makeRole, trusting } from "../iam/testing.ts";
import { deploy, invoke, withLambda } from "../lambda/testing.ts";

async function sums(client: CloudWatchClient, Namespace: string, names: string[], dimensions: object) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      MetricDataQueries: names.map((MetricName, i) => ({
        Id: `m${i}`,
        Label: MetricName,
        MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 300, Stat: "Sum" },
      })),
      StartTime: new Date(Date.now() - 290_000),
      EndTime: new Date(Date.now() + 10_000),
    }),
  );
  return Object.fromEntries(
    MetricDataResults!.map(({ Label, Values }) => [Label, Values!.reduce((a, b) => a + b, 0)]),
  );
}

Deno.test("functions and executions are counted, throttled and failed ones too", () =>
  withLambda(async (lambda, aws) => {
    const client = new CloudWatchClient(aws.client);
    const sfn = new SFNClient(aws.client);
    await deploy(
      lambda,
      "f",
      "export const handler = (event) => { if (event.fail) throw new Error('no'); };",
    );
    await invoke(lambda, "f");
    await invoke(lambda, "f", { fail: true });
    await lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "f", ReservedConcurrentExecutions: 0 }),
    );
    await assert.rejects(invoke(lambda, "f"), { name: "TooManyRequestsException" });
    const names = ["Invocations", "Errors", "Throttles"];
    const expected = { Invocations: 2, Errors: 1, Throttles: 1 };
    assert.deepEqual(await sums(client, "AWS/Lambda", names, { FunctionName: "f" }), expected);
    assert.deepEqual(await sums(client, "AWS/Lambda", names, {}), expected);
    const { Duration } = await sums(client, "AWS/Lambda", ["Duration"], { FunctionName: "f" });
    assert.ok(Duration! > 0);

    const roleArn = await makeRole(aws, "states-role", trusting("states.amazonaws.com"));
    const States = { Done: { Type: "Pass", End: true } };
    const definition = JSON.stringify({ StartAt: "Done", States });
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({ name: "machine", definition, roleArn }),
    );
    await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    const ofMachine = { StateMachineArn: stateMachineArn };
    const executions = ["ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed"];
    while ((await sums(client, "AWS/States", executions, ofMachine)).ExecutionsSucceeded === 0);
    assert.deepEqual(await sums(client, "AWS/States", executions, ofMachine), {
      ExecutionsStarted: 1,
      ExecutionsSucceeded: 1,
      ExecutionsFailed: 0,
    });
    const { Metrics } = await client.send(new ListMetricsCommand({ MetricName: "ExecutionTime" }));
    assert.equal(Metrics!.length, 1);
    client.destroy();
    sfn.destroy();
  }));

Deno.test("an endpoint's invocations are counted by what the model answered", () => {
  const published: MetricValues[] = [];
  const metrics: Core["metrics"] = {
    publish(namespace, dimensions, values) {
      assert.equal(namespace, "AWS/SageMaker");
      assert.deepEqual(dimensions, { EndpointName: "e", VariantName: "AllTraffic" });
      published.push(values);
    },
  };
  for (const status of [200, 400, 500, 0]) {
    noticeInvocation({ metrics } as Core, { EndpointName: "e", VariantName: "AllTraffic" }, {
      status,
      instances: 2,
      modelMs: 1.5,
      overheadMs: 0.25,
    });
  }
  const values = (name: string) => published.map((one) => one[name]!.value);
  assert.deepEqual(values("Invocations"), [1, 1, 1, 1]);
  assert.deepEqual(values("InvocationsPerInstance"), [0.5, 0.5, 0.5, 0.5]);
  assert.deepEqual(values("Invocation4XXErrors"), [0, 1, 0, 0]);
  assert.deepEqual(values("Invocation5XXErrors"), [0, 0, 1, 1]);
  assert.deepEqual(values("InvocationModelErrors"), [0, 1, 1, 1]);
  assert.deepEqual(published[0]!.ModelLatency, { value: 1500, unit: "Microseconds" });
  assert.deepEqual(published[0]!.OverheadLatency, { value: 250, unit: "Microseconds" });
});
