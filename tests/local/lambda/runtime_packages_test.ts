/** Functions find AWS's SDK without bundling it, as in AWS's Node.js runtimes. */
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import assert from "node:assert/strict";
import { importsSdk, RUNTIME_PACKAGES } from "../../../lib/local/lambda/runtime_packages.ts";
import { deploy, invoke, withLambda, zip } from "./testing.ts";

const WHO = "await new STSClient({}).send(new GetCallerIdentityCommand({}))";

Deno.test("functions import and require AWS's SDK without bundling it, confined in either way", async (t) => {
  for (const ownRoot of [true, false]) {
    await withLambda(async (lambda, aws) => {
      const s3 = new S3Client(aws.client);
      await s3.send(new CreateBucketCommand({ Bucket: "pictures" }));
      s3.destroy();
      const rows: [string, Record<string, string>, (payload: unknown) => void][] = [
        [
          "imported",
          {
            "index.mjs": `import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
              export const handler = async () => (${WHO}).Arn;`,
          },
          (payload) => assert.match(String(payload), /assumed-role\/lambda-role\/imported$/),
        ],
        [
          "required",
          {
            "index.js": `const { GetCallerIdentityCommand, STSClient } = require("@aws-sdk/client-sts");
              exports.handler = async () => (${WHO}).Arn;`,
          },
          (payload) => assert.match(String(payload), /assumed-role\/lambda-role\/required$/),
        ],
        [
          "later",
          {
            "index.mjs": `export const handler = async () => {
              const { HeadBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
              return await new S3Client({}).send(new HeadBucketCommand({ Bucket: "pictures" })).catch((error) => error.$metadata.httpStatusCode);
            };`,
          },
          (payload) => assert.equal(payload, 403),
        ],
        [
          "own",
          {
            "index.mjs":
              `import { mine } from "@aws-sdk/client-s3"; import { SNSClient } from "@aws-sdk/client-sns";
              export const handler = async () => [mine, typeof SNSClient];`,
            "node_modules/@aws-sdk/client-s3/package.json": `{"name":"@aws-sdk/client-s3","main":"main.js"}`,
            "node_modules/@aws-sdk/client-s3/main.js": "exports.mine = 'the bundled one'",
          },
          (payload) => assert.deepEqual(payload, ["the bundled one", "function"]),
        ],
        [
          "own-required",
          {
            "index.js": `const { mine } = require("@aws-sdk/client-s3"); exports.handler = async () => mine;`,
            "node_modules/@aws-sdk/client-s3/package.json": `{"name":"@aws-sdk/client-s3","main":"main.js"}`,
            "node_modules/@aws-sdk/client-s3/main.js": "exports.mine = 'the bundled one'",
          },
          (payload) => assert.equal(payload, "the bundled one"),
        ],
        [
          "absent",
          {
            "index.mjs": `import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
              export const handler = async () => DynamoDBClient;`,
          },
          (payload) =>
            assert.match(
              (payload as { errorMessage: string }).errorMessage,
              /Cannot find package '@aws-sdk\/client-dynamodb'.*\n.*Bundle this package/,
            ),
        ],
      ];
      for (const [name, files, check] of rows) {
        await t.step(`${name}, ${ownRoot ? "own file system" : "permissions alone"}`, async () => {
          await deploy(lambda, name, "", {
            Handler: "index.handler",
            MemorySize: 256,
            Timeout: 20,
            Code: { ZipFile: zip(files) },
          });
          check((await invoke(lambda, name)).payload);
        });
      }
      await t.step("nothing else of the runtime can be read", async () => {
        await deploy(
          lambda,
          "reader",
          `import "@aws-sdk/client-sts"; import { readFileSync } from "node:fs";
           export const handler = async ({ path }) => readFileSync(path, "utf8");`,
        );
        const { payload } = await invoke(lambda, "reader", {
          path: ownRoot ? "/var/runtime/main.mjs" : `${aws.stateDir}/lambda/runtime/main.mjs`,
        });
        assert.match((payload as { errorType: string }).errorType, /NotCapable|Error/);
      });
    }, { lambda: { ownRoot } });
  }
});

Deno.test("only code that imports the SDK by its name needs the runtime's packages", () => {
  for (
    const source of [
      `import { S3Client } from "@aws-sdk/client-s3";`,
      `import{S3Client as e}from"@aws-sdk/client-s3";`,
      `const { S3Client } = require('@aws-sdk/client-s3')`,
      "await import(`@aws-sdk/client-s3`)",
      `import "@aws-sdk/client-s3"`,
    ]
  ) assert.ok(importsSdk(source), source);
  for (const source of [`var p={name:"@aws-sdk/client-s3"}`, `import x from "./@aws-sdk/x.js"`]) {
    assert.ok(!importsSdk(source), source);
  }
  assert.ok(RUNTIME_PACKAGES.includes("@aws-sdk/client-sagemaker-runtime"));
});
