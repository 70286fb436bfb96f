import assert from "node:assert/strict";
import type { Call } from "../../../lib/local/operation.ts";
import { createModel } from "../../../lib/local/sagemaker/models.ts";
import { IMAGE, withContext } from "./testing.ts";

Deno.test("of two concurrent requests for a model with the same name, one is refused", async () => {
  await withContext(async (context) => {
    const create = async () =>
      await createModel.run(
        {
          ModelName: "model",
          ExecutionRoleArn: "arn:aws:iam::000000000000:role/role",
          PrimaryContainer: { Image: IMAGE, ModelDataUrl: "s3://bucket/model.tar.gz" },
        },
        context,
        {} as Call,
      );
    const [one, other] = await Promise.allSettled([create(), create()]);
    assert.equal(one.status, "fulfilled");
    assert.equal(other.status, "rejected");
    assert.match(other.reason.message, /Cannot create already existing model/);
    assert.deepEqual(context.models.list().map(({ ModelName }) => ModelName), ["model"]);
  }, { call: () => new Promise((resolve) => setTimeout(() => resolve({}), 5)) });
});
