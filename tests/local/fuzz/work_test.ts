/**
 * Generated definitions, paths, patterns, functions and policies, made to take long: whatever is accepted runs to an end,
 * and nothing holds the event loop (which the target's `send` checks for every request).
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { withLocalAws } from "../testing.ts";
import { makeRole, trusting } from "../iam/testing.ts";
import { assertShortHold } from "../testing/event_loop.ts";
import { check, RUNS } from "./testing/check.ts";
import { withTarget } from "./testing/target.ts";
import { ANYTHING, awsJson } from "./testing/wire.ts";

const ROOT = "arn:aws:iam::000000000000:root";
const ROLE = "arn:aws:iam::000000000000:role/role";

/** The same few parts again and again, which is what takes long. */
function repeated(parts: readonly string[], most: number): fc.Arbitrary<string> {
  const part = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 }).map((few) => few.join(""));
  return fc.tuple(part, fc.integer({ min: 0, max: most }), part)
    .map(([one, times, last]) => one.repeat(Math.ceil(times / one.length)) + last);
}

const path = repeated(
  [
    "..*",
    "..a",
    ".*",
    ".a",
    "[*]",
    "[0]",
    "[-1]",
    "[0:9]",
    "[0,1]",
    "['a']",
    "[?(@.a)]",
    "[?(@.a>1 || !@.b)]",
    "[ ",
  ],
  200,
).map((steps) => `$${steps}`);

const pattern = repeated(["*", "a", "*a", "\\*", "\\", "b"], 5000);

const argument = fc.oneof(path, fc.constantFrom("$", "$.a", "1", "'x'", "null", "99999999999999", "'{}'"));
const call = fc.tuple(
  fc.constantFrom(
    ...["Format", "Array", "ArrayUnique", "ArrayContains", "ArrayPartition", "ArrayRange", "ArrayLength"],
    ...["JsonToString", "StringToJson", "StringSplit", "MathRandom", "MathAdd", "Hash", "Base64Encode"],
  ),
  fc.array(argument, { maxLength: 3 }),
  fc.integer({ min: 1, max: 500 }),
).map(([name, args, times]) => {
  const many = name === "Array" || name === "Format"
    ? Array.from({ length: times }, () => args).flat()
    : args;
  return `States.${name}(${name === "Format" ? `'${"{}".repeat(many.length)}', ` : ""}${many.join(", ")})`;
});

const dynamic = fc.oneof(path, call);
const template = fc.tuple(dynamic, fc.integer({ min: 1, max: 2000 })).map(([value, count]) =>
  Object.fromEntries(
    Array.from({ length: value.length > 500 ? 1 : count }, (_, index) => [`m${index}.$`, value]),
  )
);

/** A state of the name A; B is next. */
const state = fc.oneof(
  template.map((Parameters) => ({ Type: "Pass", Parameters, Next: "B" })),
  path.map((InputPath) => ({ Type: "Pass", InputPath, Next: "B" })),
  fc.tuple(pattern, fc.integer({ min: 1, max: 500 })).map(([StringMatches, count]) => ({
    Type: "Choice",
    Choices: Array.from(
      { length: StringMatches.length > 500 ? 1 : count },
      () => ({ Variable: "$.text", StringMatches, Next: "B" }),
    ),
    Default: "B",
  })),
  fc.integer({ min: 0, max: 2000 }).map((branches) => ({
    Type: "Parallel",
    Branches: Array.from({ length: branches }, (_, index) => ({
      StartAt: `B${index}`,
      States: { [`B${index}`]: { Type: "Pass", End: true } },
    })),
    Next: "B",
  })),
  template.map((ItemSelector) => ({
    Type: "Map",
    ItemsPath: "$.a",
    ItemSelector,
    ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
    Next: "B",
  })),
);

const input = fc.oneof(
  fc.integer({ min: 1, max: 900 }).map((depth) =>
    JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`)
  ),
  fc.integer({ min: 1, max: 20_000 }).map((count) => ({
    a: Array.from({ length: count }, (_, n) => ({ a: n })),
  })),
  fc.integer({ min: 1, max: 40_000 }).map((count) => ({ a: Array(count).fill(1), text: "a".repeat(count) })),
  fc.integer({ min: 1, max: 200_000 }).map((length) => ({ a: [[1], {}], text: "ab".repeat(length / 2) })),
);

Deno.test("generated definitions take no longer than they may", async () => {
  await withTarget(async (send) => {
    const write = awsJson("AWSStepFunctions");
    const ask = (name: string, members: object) =>
      send("states", "json", write({ name, input: ANYTHING }, members));
    let accepted = 0, made = 0;
    await check(fc.tuple(state, input), async ([A, given]) => {
      const definition = JSON.stringify({
        StartAt: "A",
        TimeoutSeconds: 2,
        States: { A, B: { Type: "Succeed" } },
      });
      const answer = await ask("CreateStateMachine", {
        name: `w${made++}`,
        type: "EXPRESS",
        roleArn: ROLE,
        definition,
      });
      if (!answer.ok) return;
      accepted++;
      const { stateMachineArn } = await answer.json();
      await ask("StartSyncExecution", { stateMachineArn, input: JSON.stringify(given) });
    }, RUNS * 10);
    assert.ok(accepted > RUNS, `only ${accepted} definitions were accepted`);
  });
});

Deno.test("generated patterns of policies take no longer than they may", () =>
  withLocalAws(async (aws) => {
    const trust = trusting("states.amazonaws.com").replace(
      '"Service":["states.amazonaws.com"]',
      `"AWS":"${ROOT}"`,
    );
    const RoleArn = await makeRole(aws, "role", trust);
    const [iam, sts] = [new IAMClient(aws.client), new STSClient(aws.client)];
    const assume = new AssumeRoleCommand({ RoleArn, RoleSessionName: "session" });
    const { AccessKeyId, SecretAccessKey, SessionToken } = (await sts.send(assume)).Credentials!;
    const credentials = {
      accessKeyId: AccessKeyId!,
      secretAccessKey: SecretAccessKey!,
      sessionToken: SessionToken!,
    };
    const s3 = new S3Client({ ...aws.client, forcePathStyle: true, credentials });
    await (await fetch(`${aws.endpoint}/bucket`, { method: "PUT" })).body?.cancel();
    const resource = repeated(["*", "?", "a", "*a", "?*", "b"], 1500).map((text) =>
      `arn:aws:s3:::bucket/${text}`
    );
    const key = repeated(["a", "aa", "b"], 1000);
    let denied = 0;
    await check(
      fc.tuple(fc.array(resource, { minLength: 1, maxLength: 5 }), key),
      async ([Resource, Key]) => {
        const Statement = [{ Effect: "Allow", Action: "s3:Get*", Resource }];
        const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
        const put = new PutRolePolicyCommand({ RoleName: "role", PolicyName: "p", PolicyDocument });
        await assertShortHold(() => iam.send(put));
        const get = new GetObjectCommand({ Bucket: "bucket", Key });
        await assertShortHold(
          () => s3.send(get).catch((error) => void (denied += error.name === "AccessDenied" ? 1 : 0)),
          () => `${Resource} ${Key}`,
        );
      },
      RUNS * 3,
    );
    assert.ok(denied > 0);
    for (const client of [iam, sts, s3]) client.destroy();
  }));
