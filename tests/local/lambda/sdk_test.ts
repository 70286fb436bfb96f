/** Bundles of AWS's SDK run in the sandbox, with the credentials and the permissions of the function's role. */
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { build, stop } from "esbuild";
import { deploy, invoke, withLambda, zip } from "./testing.ts";

const SOURCE = `
  import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
  const s3 = new S3Client({});
  export const handler = async ({ Bucket, Key }) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return await Body.transformToString();
  };`;

/** As lambdas are bundled for AWS: one file for Node.js. */
async function bundle(format: "esm" | "cjs"): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: SOURCE, resolveDir: fileURLToPath(new URL("../../../", import.meta.url)) },
    bundle: true,
    platform: "node",
    target: "node22",
    format,
    write: false,
    banner: format === "esm"
      ? { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' }
      : {},
  });
  await stop();
  return outputFiles![0]!.contents;
}

Deno.test("AWS's SDK in a function reaches S3 as far as the function's role may", async () => {
  await withLambda(async (lambda, aws) => {
    const s3 = new S3Client(aws.client);
    const iam = new IAMClient(aws.client);
    const logs = new CloudWatchLogsClient(aws.client);
    try {
      await s3.send(new CreateBucketCommand({ Bucket: "pictures" }));
      await s3.send(new PutObjectCommand({ Bucket: "pictures", Key: "test/a.txt", Body: "content" }));
      const event = { Bucket: "pictures", Key: "test/a.txt" };
      await deploy(lambda, "esm", "", { Code: { ZipFile: zip({ "index.mjs": await bundle("esm") }) } });
      const denied = await invoke(lambda, "esm", event);
      assert.equal(denied.error, "Unhandled");
      assert.equal((denied.payload as { errorType: string }).errorType, "AccessDenied");
      await iam.send(
        new PutRolePolicyCommand({
          RoleName: "lambda-role",
          PolicyName: "read",
          PolicyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: [{
              Effect: "Allow",
              Action: "s3:GetObject",
              Resource: "arn:aws:s3:::pictures/test/*",
            }],
          }),
        }),
      );
      assert.equal((await invoke(lambda, "esm", event)).payload, "content");

      // Without these permissions a function runs and its log is lost.
      await iam.send(new DeleteRolePolicyCommand({ RoleName: "lambda-role", PolicyName: "logs" }));
      await deploy(lambda, "cjs", "", { Code: { ZipFile: zip({ "index.cjs": await bundle("cjs") }) } });
      assert.equal((await invoke(lambda, "cjs", event)).payload, "content");
      const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
      assert.deepEqual(logGroups!.map(({ logGroupName }) => logGroupName), ["/aws/lambda/esm"]);
    } finally {
      for (const client of [s3, iam, logs]) client.destroy();
    }
  });
});
