import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ListFunctionsCommand,
  paginateListFunctions,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import assert from "node:assert/strict";
import { join } from "node:path";
import { createInput, deploy, invoke, ROLE, withLambda, zip } from "./testing.ts";

const SOURCE = "export const handler = async () => 1";

/** Name, status and message of a call's error. */
async function errorOf(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata: { httpStatusCode: number } };
    return { name, message, status: $metadata.httpStatusCode };
  }
  throw new Error("It was not refused.");
}

const create = (lambda: LambdaClient, input: CreateFunctionCommandInput) =>
  lambda.send(new CreateFunctionCommand(input));

Deno.test("CreateFunction refuses what AWS refuses", async () => {
  await withLambda(async (lambda) => {
    const large = { LARGE: "x".repeat(4090) };
    const cases: [Partial<CreateFunctionCommandInput>, string, RegExp][] = [
      [{ FunctionName: "a b" }, "ValidationException", /at 'functionName' failed to satisfy constraint/],
      [{ FunctionName: "a".repeat(65) }, "ValidationException", /less than or equal to 64/],
      [{ Role: "arn:aws:iam::123:role/x" }, "ValidationException", /at 'role' .*regular expression pattern/],
      [{ Role: undefined }, "ValidationException", /Value null at 'role'/],
      [{ Timeout: 0 }, "ValidationException", /'timeout' .*greater than or equal to 1/],
      [{ Timeout: 901 }, "ValidationException", /'timeout' .*less than or equal to 900/],
      [{ MemorySize: 127 }, "ValidationException", /'memorySize' .*greater than or equal to 128/],
      [{ MemorySize: 10_241 }, "ValidationException", /'memorySize' .*less than or equal to 10240/],
      [{ Handler: "x".repeat(129) }, "ValidationException", /'handler'/],
      [{ Description: "x".repeat(257) }, "ValidationException", /'description'/],
      [{ Architectures: ["mips" as never] }, "ValidationException", /'architectures/],
      [{ Handler: undefined }, "InvalidParameterValueException", /^Runtime and Handler are mandatory/],
      [{ Runtime: undefined }, "InvalidParameterValueException", /^Runtime and Handler are mandatory/],
      [
        { Runtime: "nodejs99.x" as never },
        "InvalidParameterValueException",
        /at 'runtime' failed to satisfy/,
      ],
      [{ Runtime: "nodejs14.x" }, "InvalidParameterValueException", /nodejs14\.x is no longer supported/],
      [{ Runtime: "python3.13" }, "InvalidParameterValueException", /local AWS does not support the runtime/],
      [{ PackageType: "Image" }, "InvalidParameterValueException", /PackageType=Image/],
      [{ Layers: ["arn:aws:lambda:us-east-1:1:layer:l:1"] }, "InvalidParameterValueException", /Layers/],
      [{ Code: {} }, "InvalidParameterValueException", /^Please provide a source for function code\.$/],
      [
        { Code: { ZipFile: new Uint8Array([1, 2, 3]) } },
        "InvalidParameterValueException",
        /^Could not unzip uploaded file\. Please check your file, then try to upload again\.$/,
      ],
      [{ Code: { ZipFile: zip({}) } }, "InvalidParameterValueException", /non-empty zip/],
      [
        { Code: { ZipFile: zip({ "../out.mjs": SOURCE }) } },
        "InvalidParameterValueException",
        /^Could not unzip/,
      ],
      [
        { Code: { S3Bucket: "nowhere-at-all", S3Key: "k" } },
        "InvalidParameterValueException",
        /NoSuchBucket/,
      ],
      [
        { Environment: { Variables: large } },
        "InvalidParameterValueException",
        /exceeded the 4KB limit\. String measured: \{"LARGE":"x/,
      ],
      [
        { Environment: { Variables: { AWS_REGION: "x" } } },
        "InvalidParameterValueException",
        /reserved keys .* Reserved keys used in this request: AWS_REGION$/,
      ],
      [{ Environment: { Variables: { "1A": "x" } } }, "ValidationException", /environment\.variables/],
    ];
    for (const [more, name, message] of cases) {
      const error = await errorOf(create(lambda, createInput("f", SOURCE, more)));
      assert.equal(error.name, name, `${JSON.stringify(more)}: ${error.message}`);
      assert.match(error.message, message);
      assert.equal(error.status, 400);
    }
    const zipped = await errorOf(
      create(lambda, createInput("f", "", { Code: { ZipFile: new Uint8Array(52_428_801) } })),
    );
    assert.deepEqual(zipped, {
      name: "RequestEntityTooLargeException",
      message: "Zipped size must be smaller than 52428800 bytes",
      status: 413,
    });
    assert.deepEqual((await lambda.send(new ListFunctionsCommand({}))).Functions, []);
  });
});

Deno.test("CreateFunction refuses a runtime from the day on which AWS does", async () => {
  let now = Date.parse("2026-08-30T12:00:00Z");
  await withLambda(async (lambda) => {
    await create(lambda, createInput("before", SOURCE, { Runtime: "nodejs20.x" }));
    now = Date.parse("2026-08-31T00:00:00Z");
    const { message } = await errorOf(
      create(lambda, createInput("after", SOURCE, { Runtime: "nodejs20.x" })),
    );
    assert.equal(
      message,
      "The runtime parameter of nodejs20.x is no longer supported for creating or updating AWS Lambda " +
        "functions. We recommend you use a supported runtime while creating or updating functions.",
    );
  }, { now: () => now });
});

Deno.test("CreateFunction answers with AWS's defaults, pending and then active", async () => {
  await withLambda(async (lambda) => {
    const { $metadata, ...created } = await create(lambda, createInput("f", SOURCE));
    assert.equal($metadata.httpStatusCode, 201);
    const { CodeSha256, CodeSize, LastModified, RevisionId, RuntimeVersionConfig, ...rest } = created;
    assert.deepEqual(rest, {
      FunctionName: "f",
      FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:f",
      Runtime: "nodejs22.x",
      Role: ROLE,
      Handler: "index.handler",
      Description: "",
      Timeout: 3,
      MemorySize: 128,
      Version: "$LATEST",
      TracingConfig: { Mode: "PassThrough" },
      State: "Pending",
      StateReason: "The function is being created.",
      StateReasonCode: "Creating",
      PackageType: "Zip",
      Architectures: ["x86_64"],
      EphemeralStorage: { Size: 512 },
      SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
      LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/f" },
    });
    const package_ = zip({ "index.mjs": SOURCE });
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", package_));
    assert.equal(CodeSha256, digest.toBase64());
    assert.equal(CodeSize, package_.length);
    assert.match(LastModified!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    assert.match(
      RuntimeVersionConfig!.RuntimeVersionArn!,
      /^arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$/,
    );
    const again = await errorOf(create(lambda, createInput("f", SOURCE)));
    assert.deepEqual([again.name, again.status, again.message], [
      "ResourceConflictException",
      409,
      "Function already exist: f",
    ]);
    await deploy(lambda, "g", SOURCE, { Tags: { team: "scones" } });
    const active = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "f" }));
    assert.equal(active.State, "Active");
    assert.equal(active.LastUpdateStatus, "Successful");
    assert.equal(active.StateReason, undefined);
    assert.notEqual(active.RevisionId, RevisionId);

    const got = await lambda.send(new GetFunctionCommand({ FunctionName: active.FunctionArn! }));
    assert.equal(got.Configuration!.FunctionName, "f");
    const response = await fetch(got.Code!.Location!);
    assert.deepEqual(await response.bytes(), package_);
    assert.deepEqual((await lambda.send(new GetFunctionCommand({ FunctionName: "g" }))).Tags, {
      team: "scones",
    });
  });
});

Deno.test("CreateFunction reads the code from S3", async () => {
  await withLambda(async (lambda, aws) => {
    const s3 = new S3Client(aws.client);
    await s3.send(new CreateBucketCommand({ Bucket: "packages" }));
    await s3.send(
      new PutObjectCommand({ Bucket: "packages", Key: "f.zip", Body: zip({ "index.mjs": SOURCE }) }),
    );
    s3.destroy();
    await deploy(lambda, "f", "", { Code: { S3Bucket: "packages", S3Key: "f.zip" } });
    assert.equal((await invoke(lambda, "f")).payload, 1);
    const { message } = await errorOf(
      create(lambda, createInput("g", "", { Code: { S3Bucket: "packages", S3Key: "none" } })),
    );
    assert.match(message, /^Error occurred while GetObject\. S3 Error Code: NoSuchKey\./);
  });
});

Deno.test("ListFunctions pages by name", async () => {
  await withLambda(async (lambda) => {
    const names = Array.from({ length: 7 }, (_, index) => `f-${index}`);
    for (const name of names.toReversed()) await create(lambda, createInput(name, SOURCE));
    const pages: string[][] = [];
    for await (const { Functions } of paginateListFunctions({ client: lambda, pageSize: 3 }, {})) {
      pages.push(Functions!.map((one) => one.FunctionName!));
      assert.equal(Functions![0]!.State, undefined, "lists do not tell the state");
    }
    assert.deepEqual(pages, [names.slice(0, 3), names.slice(3, 6), names.slice(6)]);
    const refused = await errorOf(lambda.send(new ListFunctionsCommand({ Marker: "%" })));
    assert.equal(refused.name, "InvalidParameterValueException");
    assert.equal((await errorOf(lambda.send(new ListFunctionsCommand({ MaxItems: 0 })))).status, 400);
  });
});

Deno.test("DeleteFunction ends the function and removes its code", async () => {
  await withLambda(async (lambda, aws) => {
    await deploy(lambda, "f", SOURCE);
    await invoke(lambda, "f");
    const { $metadata } = await lambda.send(new DeleteFunctionCommand({ FunctionName: "f" }));
    assert.equal($metadata.httpStatusCode, 204);
    for (const Command of [GetFunctionCommand, DeleteFunctionCommand]) {
      assert.deepEqual(await errorOf(lambda.send(new Command({ FunctionName: "f" }) as GetFunctionCommand)), {
        name: "ResourceNotFoundException",
        message: "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f",
        status: 404,
      });
    }
    const packages = () => [...Deno.readDirSync(join(aws.stateDir, "lambda", "code"))].length;
    for (let wait = 0; packages() > 0 && wait < 100; wait++) {
      await new Promise((done) => setTimeout(done, 20));
    }
    assert.equal(packages(), 0);
  });
});
