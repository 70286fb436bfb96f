import assert from "node:assert/strict";
import {
  AddTagsCommand,
  DeleteTagsCommand,
  ListModelsCommand,
  ListTagsCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { withLocalAws } from "../testing.ts";

const ResourceArn = "arn:aws:sagemaker:us-east-1:000000000000:endpoint/scones";

Deno.test("tags: invalid ones are refused, valid ones stored", async () => {
  await withLocalAws(async (aws) => {
    const client = new SageMakerClient(aws.client);
    const refused = { name: "ValidationException" };
    const add = (Key: string, Value: string) =>
      client.send(new AddTagsCommand({ ResourceArn, Tags: [{ Key, Value }] }));
    const remove = (TagKeys: string[]) => client.send(new DeleteTagsCommand({ ResourceArn, TagKeys }));
    await assert.rejects(add("a!", ""), refused);
    await assert.rejects(add("a", "\t"), refused);
    await assert.rejects(remove([]), refused);
    await assert.rejects(remove(Array.from({ length: 51 }, (_, i) => `${i}`)), refused);
    await assert.rejects(remove(["\t"]), refused);
    await add("größe", "3 cm");
    await add("b", "");
    await remove(["b"]);
    const { Tags } = await client.send(new ListTagsCommand({ ResourceArn }));
    assert.deepEqual(Tags, [{ Key: "größe", Value: "3 cm" }]);
    client.destroy();
  });
});

Deno.test("two tags with one key are refused, and so is a part of a name that no name can have", () =>
  withLocalAws(async (aws) => {
    const client = new SageMakerClient(aws.client);
    const Tags = [{ Key: "stage", Value: "a" }, { Key: "stage", Value: "b" }];
    await assert.rejects(client.send(new AddTagsCommand({ ResourceArn, Tags })), {
      name: "ValidationException",
      message: "Duplicate tag keys are not allowed.",
    });
    for (const NameContains of ["", "a_b"]) {
      await assert.rejects(client.send(new ListModelsCommand({ NameContains })), {
        name: "ValidationException",
        message: /pattern: \[a-zA-Z0-9-\]\+$/,
      });
    }
    client.destroy();
  }));
