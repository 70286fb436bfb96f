import assert from "node:assert/strict";
import {
  InvokeEndpointCommand,
  type InvokeEndpointCommandInput,
  SageMakerRuntimeClient,
} from "@aws-sdk/client-sagemaker-runtime";
import { withLocalAws } from "../testing.ts";

Deno.test("InvokeEndpoint refuses headers before it looks for the endpoint", async () => {
  await withLocalAws(async (aws) => {
    const runtime = new SageMakerRuntimeClient(aws.client);
    const refusals: [Partial<InvokeEndpointCommandInput>, RegExp][] = [
      [{ ContentType: "a".repeat(1025) }, /'contentType' failed/],
      [{ Accept: "a".repeat(1025) }, /'accept' failed/],
      [{ CustomAttributes: "é" }, /'customAttributes' failed/],
      [{ TargetVariant: "no_variant" }, /'targetVariant' failed/],
      [{ InferenceId: "a".repeat(65) }, /'inferenceId' failed/],
      [{ TargetModel: "model.tar.gz" }, /does not support the member 'targetModel'/],
      [{}, /Endpoint scones of account 000000000000 not found/],
    ];
    for (const [members, message] of refusals) {
      const command = new InvokeEndpointCommand({
        EndpointName: "scones",
        Body: new Uint8Array(1),
        ...members,
      });
      await assert.rejects(runtime.send(command), { name: "ValidationError", message });
    }
    runtime.destroy();
  });
});
