import assert from "node:assert/strict";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  GetAWSDefaultServiceQuotaCommand,
  GetRequestedServiceQuotaChangeCommand,
  GetServiceQuotaCommand,
  ListServiceQuotasCommand,
  RequestServiceQuotaIncreaseCommand,
  ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import { checkQuotas } from "../../../lib/training/quotas.ts";
import { withLocalAws } from "../testing.ts";
import { connectTo } from "../../workflow/testing.ts";

const TRAINING = { ServiceCode: "sagemaker", QuotaCode: "L-3F53BF0F" };
const NAME = "ml.g4dn.xlarge for training job usage";

Deno.test("quotas have AWS's codes and names; a strict account has those of a new one, unless they are set", async () => {
  for (
    const [options, value, executions] of [
      [{}, 20, 1000],
      [{ strict: true }, 0, 10],
      [{ strict: true, quotas: { [NAME]: 2, "Concurrent executions": 50 } }, 2, 50],
    ] as const
  ) {
    await withLocalAws(async (aws) => {
      const client = new ServiceQuotasClient(aws.client);
      const lambda = new LambdaClient(aws.client);
      const { Quota } = await client.send(new GetServiceQuotaCommand(TRAINING));
      assert.deepEqual([Quota!.QuotaName, Quota!.Value], [NAME, value]);
      assert.equal(Quota!.QuotaArn, "arn:aws:servicequotas:us-east-1:000000000000:sagemaker/L-3F53BF0F");
      const { Quotas } = await client.send(new ListServiceQuotasCommand({ ServiceCode: "lambda" }));
      assert.deepEqual(Quotas!.map(({ QuotaCode, Value }) => [QuotaCode, Value]), [[
        "L-B99A9384",
        executions,
      ]]);
      const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
      assert.equal(AccountLimit!.ConcurrentExecutions, executions, "what is told is what is enforced");
      client.destroy();
      lambda.destroy();
    }, options);
  }
});

Deno.test("a request for more stays pending, once", () =>
  withLocalAws(async (aws) => {
    const client = new ServiceQuotasClient(aws.client);
    const ask = (DesiredValue: number) =>
      client.send(new RequestServiceQuotaIncreaseCommand({ ...TRAINING, DesiredValue }));
    await assert.rejects(ask(0), { name: "IllegalArgumentException" });
    const { RequestedQuota } = await ask(1);
    assert.equal(RequestedQuota!.Status, "PENDING");
    assert.ok(RequestedQuota!.Created instanceof Date);
    await assert.rejects(ask(1), { name: "ResourceAlreadyExistsException" });
    const again = await client.send(
      new GetRequestedServiceQuotaChangeCommand({ RequestId: RequestedQuota!.Id }),
    );
    assert.deepEqual(again.RequestedQuota, RequestedQuota);
    const { Quota } = await client.send(new GetServiceQuotaCommand(TRAINING));
    assert.equal(Quota!.Value, 0);
    const standard = await client.send(
      new GetAWSDefaultServiceQuotaCommand({ ServiceCode: "lambda", QuotaCode: "L-B99A9384" }),
    );
    assert.equal(standard.Quota!.Value, 1000);
    await assert.rejects(
      client.send(new GetServiceQuotaCommand({ ServiceCode: "sagemaker", QuotaCode: "L-00000000" })),
      { name: "NoSuchResourceException", message: /Here are: L-3F53BF0F/ },
    );
    client.destroy();
  }, { strict: true }));

Deno.test("the workflow asks for the quotas before it trains, and says how to get more", () =>
  withLocalAws(async ({ endpoint }) => {
    const aws = await connectTo(endpoint);
    const need = (instanceType: string, use: "training job" | "endpoint") => ({
      instanceType,
      instanceCount: 1,
      use,
    });
    await assert.rejects(
      checkQuotas(aws, [need("ml.g4dn.xlarge", "training job"), need("ml.m5.xlarge", "endpoint")]),
      { name: "QuotaError", message: new RegExp(`"${NAME}" is 0, and 1 is needed`) },
    );
    aws.close();
  }, { strict: true, quotas: { "ml.m5.xlarge for endpoint usage": 1 } }));
