import { DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetAliasCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  type LambdaServiceException,
  ListAliasesCommand,
  ListFunctionsCommand,
  type ListFunctionsCommandInput,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import { createInput, deploy, invoke, makeRole, ROLE, updated, withLambda, zip } from "./testing.ts";

const FunctionName = "f";
const returning = (value: string) =>
  `export const handler = async () => "${value}" + (process.env.SUFFIX ?? "")`;

const refusal = (name: string, message?: string) => (error: Error) => {
  assert.equal(error.name, name, error.message);
  if (message !== undefined) assert.equal(error.message, message);
  return true;
};

Deno.test("updates are refused while another is in progress, and the old code runs until they are done", async () => {
  let now = Date.now();
  await withLambda(async (lambda) => {
    const configure = () =>
      lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: { SUFFIX: "!" } } }),
      );
    await assert.rejects(
      configure,
      refusal(
        "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f",
      ),
    );
    await lambda.send(new CreateFunctionCommand(createInput(FunctionName, returning("one"))));
    await assert.rejects(
      configure,
      refusal(
        "ResourceConflictException",
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
      ),
    );
    now += 1000;
    assert.equal((await invoke(lambda, FunctionName)).payload, "one");
    const before = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const during = await lambda.send(
      new UpdateFunctionCodeCommand({
        FunctionName,
        ZipFile: zip({ "index.mjs": returning("two") }),
        RevisionId: before.RevisionId,
      }),
    );
    assert.equal(during.State, "Active");
    assert.equal(during.LastUpdateStatus, "InProgress");
    assert.equal(during.LastUpdateStatusReasonCode, "Creating");
    assert.notEqual(during.CodeSha256, before.CodeSha256);
    assert.equal((await invoke(lambda, FunctionName)).payload, "one");
    const inProgress =
      "The operation cannot be performed at this time. An update is in progress for resource: " +
      "arn:aws:lambda:us-east-1:000000000000:function:f";
    await assert.rejects(configure, refusal("ResourceConflictException", inProgress));
    await assert.rejects(
      lambda.send(new PublishVersionCommand({ FunctionName })),
      refusal("ResourceConflictException", inProgress),
    );
    now += 1000;
    await updated(lambda, FunctionName);
    assert.equal((await invoke(lambda, FunctionName)).payload, "two");
    await assert.rejects(
      lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName, RevisionId: before.RevisionId, Timeout: 5 }),
      ),
      refusal("PreconditionFailedException"),
    );
    await configure();
    now += 1000;
    assert.equal((await invoke(lambda, FunctionName)).payload, "two!");
    await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: {} } }),
    );
    now += 1000;
    assert.equal((await invoke(lambda, FunctionName)).payload, "two", "all variables are replaced");
    const dry = await lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip({ "a.js": "" }), DryRun: true }),
    );
    const after = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    assert.notEqual(after.CodeSha256, dry.CodeSha256);
  }, { now: () => now });
});

Deno.test("versions are frozen, aliases point to them", async () => {
  let now = Date.now();
  await withLambda(async (lambda) => {
    await lambda.send(new CreateFunctionCommand(createInput(FunctionName, returning("one"))));
    now += 1000;
    const publish = async () => (await lambda.send(new PublishVersionCommand({ FunctionName }))).Version;
    assert.equal(await publish(), "1");
    assert.equal(await publish(), "1", "nothing changed");
    await assert.rejects(
      lambda.send(new PublishVersionCommand({ FunctionName, CodeSha256: "other" })),
      refusal("InvalidParameterValueException"),
    );
    const { Version, State } = await lambda.send(
      new UpdateFunctionCodeCommand({
        FunctionName,
        ZipFile: zip({ "index.mjs": returning("two") }),
        Publish: true,
      }),
    );
    assert.deepEqual([Version, State], ["2", "Pending"]);
    now += 1000;
    const listed = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
    assert.deepEqual(listed.Versions!.map((one) => one.Version), ["$LATEST", "1", "2"]);
    assert.equal(listed.Versions![1]!.FunctionArn, "arn:aws:lambda:us-east-1:000000000000:function:f:1");

    const ofOne = await invoke(lambda, FunctionName, {}, { Qualifier: "1" });
    assert.deepEqual([ofOne.payload, ofOne.version], ["one", "1"]);
    await assert.rejects(
      lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "9" })),
      refusal(
        "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:9",
      ),
    );
    const alias = await lambda.send(
      new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }),
    );
    assert.equal(alias.AliasArn, "arn:aws:lambda:us-east-1:000000000000:function:f:live");
    await assert.rejects(
      lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" })),
      refusal("ResourceConflictException", `Alias already exists: ${alias.AliasArn}`),
    );
    assert.equal((await invoke(lambda, alias.AliasArn!)).payload, "one");
    await assert.rejects(
      lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "1" })),
      refusal(
        "ResourceConflictException",
        "Unable to delete version because the following aliases reference it: [live]",
      ),
    );
    await lambda.send(new UpdateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "2" }));
    const moved = await invoke(lambda, `${FunctionName}:live`);
    assert.deepEqual([moved.payload, moved.version], ["two", "2"]);
    await lambda.send(
      new UpdateAliasCommand({
        FunctionName,
        Name: "live",
        RoutingConfig: { AdditionalVersionWeights: { "1": 1 } },
      }),
    );
    assert.equal((await invoke(lambda, `${FunctionName}:live`)).payload, "one");
    assert.equal((await lambda.send(new ListAliasesCommand({ FunctionName }))).Aliases!.length, 1);
    await lambda.send(new DeleteAliasCommand({ FunctionName, Name: "live" }));
    await assert.rejects(
      lambda.send(new GetAliasCommand({ FunctionName, Name: "live" })),
      refusal("ResourceNotFoundException", `Cannot find alias arn: ${alias.AliasArn}`),
    );
    await lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "1" }));
    await assert.rejects(
      invoke(lambda, FunctionName, {}, { Qualifier: "1" }),
      refusal("ResourceNotFoundException"),
    );
    assert.equal((await invoke(lambda, FunctionName)).payload, "two");
  }, { now: () => now });
});

Deno.test("reserved concurrency throttles", async () => {
  await withLambda(async (lambda) => {
    await deploy(
      lambda,
      FunctionName,
      "export const handler = () => new Promise((resolve) => setTimeout(resolve, 500))",
    );
    const reserve = (ReservedConcurrentExecutions: number) =>
      lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
    await assert.rejects(() => reserve(901), refusal("InvalidParameterValueException"));
    await reserve(1);
    const results = await Promise.allSettled([invoke(lambda, FunctionName), invoke(lambda, FunctionName)]);
    const failed = results.filter((one) => one.status === "rejected").map((one) => one.reason);
    assert.equal(failed.length, 1);
    assert.equal(failed[0].name, "TooManyRequestsException");
    assert.equal(failed[0].message, "Rate Exceeded.");
    assert.equal(failed[0].Reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
    assert.equal(failed[0].$metadata.httpStatusCode, 429);
    await reserve(0);
    await assert.rejects(invoke(lambda, FunctionName), refusal("TooManyRequestsException"));
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    const { ReservedConcurrentExecutions } = await lambda.send(
      new GetFunctionConcurrencyCommand({ FunctionName }),
    );
    assert.equal(ReservedConcurrentExecutions, undefined);
    await invoke(lambda, FunctionName);
  });
});

Deno.test("functions have tags", async () => {
  await withLambda(async (lambda) => {
    const { FunctionArn: Resource } = await lambda.send(
      new CreateFunctionCommand(createInput(FunctionName, returning("x"), { Tags: { a: "1" } })),
    );
    await lambda.send(new TagResourceCommand({ Resource, Tags: { b: "2", c: "3" } }));
    await lambda.send(new UntagResourceCommand({ Resource, TagKeys: ["a", "b"] }));
    assert.deepEqual((await lambda.send(new ListTagsCommand({ Resource }))).Tags, { c: "3" });
    await assert.rejects(
      lambda.send(new ListTagsCommand({ Resource: `${Resource}x` })),
      refusal("ResourceNotFoundException"),
    );
  });
});

Deno.test("a role made anew may not decrypt the variables until they are set again", () =>
  withLambda(async (lambda, aws) => {
    const source = "export const handler = async () => process.env.WORD ?? 'none';";
    const Environment = { Variables: { WORD: "scone" } };
    await deploy(lambda, "plain", source);
    await deploy(lambda, "worded", source, { Environment });
    const payloads = async () => [
      (await invoke(lambda, "plain")).payload,
      await invoke(lambda, "worded").then(({ payload }) => payload, (error) => error.name),
    ];
    assert.deepEqual(await payloads(), ["none", "scone"]);

    const iam = new IAMClient(aws.client);
    const RoleName = "lambda-role";
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "logs" }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
    iam.destroy();
    await makeRole(aws);
    assert.deepEqual(await payloads(), ["none", "KMSAccessDeniedException"]);
    await assert.rejects(invoke(lambda, "worded"), (error: LambdaServiceException) => {
      assert.match(
        error.message,
        /^Lambda was unable to decrypt the environment variables because KMS access was denied\. /,
      );
      return error.$metadata.httpStatusCode === 502;
    });

    const configure = async (changes: object) => {
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "worded", ...changes }));
      await updated(lambda, "worded");
    };
    await configure({ Description: "another", Role: ROLE, Environment });
    assert.deepEqual(await payloads(), ["none", "KMSAccessDeniedException"], "nothing was encrypted anew");
    await configure({ Environment: { Variables: {} } });
    assert.deepEqual(await payloads(), ["none", "none"]);
    await configure({ Environment });
    assert.deepEqual(await payloads(), ["none", "scone"]);
  }));

Deno.test("what is published is answered and listed under AWS's ARNs, and an update makes a new version", () =>
  withLambda(async (lambda) => {
    const input = createInput(FunctionName, returning("a"), { Publish: true });
    const { FunctionArn, Version } = await lambda.send(new CreateFunctionCommand(input));
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    assert.deepEqual([FunctionArn, Version], [arn, "1"]);
    const list = async (input: ListFunctionsCommandInput) =>
      (await lambda.send(new ListFunctionsCommand(input))).Functions!.map(({ FunctionArn }) => FunctionArn);
    assert.deepEqual(await list({}), [arn]);
    assert.deepEqual(await list({ FunctionVersion: "ALL" }), [`${arn}:$LATEST`, `${arn}:1`]);

    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.05 }, {
      FunctionName,
    });
    const publish = async () => (await lambda.send(new PublishVersionCommand({ FunctionName }))).Version;
    assert.equal(await publish(), "1", "nothing was updated");
    const ZipFile = input.Code!.ZipFile;
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    await updated(lambda, FunctionName);
    assert.deepEqual([await publish(), await publish()], ["2", "2"]);
  }));
