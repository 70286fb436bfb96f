/** IAM's decisions for services: permissions, passing and assuming roles, and when changes take effect. */
import assert from "node:assert/strict";
import { Dispatcher } from "../../../lib/local/dispatcher.ts";
import { createIam } from "../../../lib/local/iam/iam.ts";
import type { Principal } from "../../../lib/local/operation.ts";
import type { Access, Assumer, Core } from "../../../lib/local/core.ts";
import { Store } from "../../../lib/local/store.ts";
import { allowing, trusting } from "./testing.ts";

const ACCOUNT = "000000000000";
const region = "us-east-1";
const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`;
const LAMBDA: Assumer = { service: "lambda.amazonaws.com", sourceArn: FUNCTION };
const STATES: Assumer = {
  service: "states.amazonaws.com",
  sourceArn: `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:m`,
};
const root: Principal = { arn: `arn:aws:iam::${ACCOUNT}:root` };
const arnOf = (role: string) => `arn:aws:iam::${ACCOUNT}:role/${role}`;

interface Clock {
  now: number;
}

/** An IAM, with a function that calls its operations as the administrator. */
async function withIam(
  body: (
    iam: Access,
    send: (Action: string, members: Record<string, string>) => Promise<void>,
    clock: Clock,
  ) => Promise<void>,
  propagationSeconds = 0,
  stateDir?: string,
): Promise<void> {
  const directory = stateDir ?? await Deno.makeTempDir({ prefix: "scones-test-" });
  const store = new Store(directory);
  try {
    const clock = { now: Date.UTC(2026, 0, 1) };
    const core = { store, account: ACCOUNT, region, now: () => clock.now } as Core;
    const { access, services: [iam] } = createIam(core, { propagationSeconds });
    const dispatcher = new Dispatcher(() => access);
    await body(access, async (action, members) => {
      await dispatcher.run(iam!, iam!.operations.get(action)!, members, { principal: root, region });
    }, clock);
  } finally {
    store.close();
    if (!stateDir) await Deno.remove(directory, { recursive: true });
  }
}

const createRole = { RoleName: "r", AssumeRolePolicyDocument: trusting(LAMBDA.service) };
const mayRead = { RoleName: "r", PolicyName: "p", PolicyDocument: allowing("s3:GetObject") };
const session: Principal = { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`, roleName: "r" };

function may(iam: Access, action = "s3:GetObject"): boolean {
  return iam.decide(session, { action, resource: "arn:aws:s3:::b/k" }, region) === undefined;
}

Deno.test("the administrator may do everything, a role without policies nothing", () =>
  withIam(async (iam, send) => {
    assert.equal(
      iam.decide(root, { action: "s3:DeleteBucket", resource: "arn:aws:s3:::b" }, region),
      undefined,
    );
    await send("CreateRole", createRole);
    assert.ok(!may(iam));
    await send("PutRolePolicy", mayRead);
    assert.ok(may(iam));
    assert.ok(!may(iam, "s3:PutObject"));
    await send("DeleteRolePolicy", { RoleName: "r", PolicyName: "p" });
    assert.ok(!may(iam));
    await send("AttachRolePolicy", {
      RoleName: "r",
      PolicyArn: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    });
    assert.ok(may(iam));
  }));

Deno.test("a denial names the principal, the action, the resource and an explicit deny", () =>
  withIam(async (iam, send) => {
    await send("CreateRole", createRole);
    const asked = { action: "s3:GetObject", resource: "arn:aws:s3:::b/k" };
    assert.deepEqual(iam.decide(session, asked, region), { principal: session, ...asked });
    const deny = { Effect: "Deny", Action: "s3:*", Resource: "*" };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [deny] });
    await send("PutRolePolicy", { ...mayRead, PolicyDocument });
    assert.deepEqual(iam.decide(session, asked, region), {
      principal: session,
      ...asked,
      deniedBy: "identity",
    });
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: { ...deny, Principal: "*" } });
    const denial = iam.decide(root, { ...asked, policy }, region);
    assert.deepEqual(denial, { principal: root, ...asked, deniedBy: "resource" });
  }));

Deno.test("a service assumes the roles whose trust policy names it", () =>
  withIam(async (iam, send) => {
    await send("CreateRole", createRole);
    assert.ok(iam.isAssumable(arnOf("r"), LAMBDA));
    assert.ok(!iam.isAssumable(arnOf("r"), STATES));
    assert.ok(!iam.isAssumable(arnOf("absent"), LAMBDA));
    assert.ok(!iam.isAssumable(arnOf("path/r"), LAMBDA));
    const { principal, credentials } = iam.assumeRole(arnOf("r"), LAMBDA, "f");
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/r/f`;
    assert.deepEqual(principal, { arn, roleName: "r", since: Date.UTC(2026, 0, 1) });
    assert.match(credentials.AccessKeyId, /^ASIA[A-Z2-7]{16}$/);
    assert.equal(iam.assumeRole(arnOf("r"), LAMBDA, "f").credentials.AccessKeyId, credentials.AccessKeyId);
    assert.notEqual(iam.assumeRole(arnOf("r"), LAMBDA, "g").credentials.AccessKeyId, credentials.AccessKeyId);
    assert.throws(() => iam.assumeRole(arnOf("r"), STATES, "f"), /cannot assume/);
  }));

Deno.test("a trust policy can have conditions on the source ARN and account", () =>
  withIam(async (iam, send) => {
    const conditions: [object, boolean][] = [
      [{ ArnEquals: { "aws:SourceArn": FUNCTION } }, true],
      [{ ArnLike: { "aws:SourceArn": `arn:aws:lambda:*:${ACCOUNT}:function:*` } }, true],
      [{ ArnEquals: { "aws:SourceArn": `${FUNCTION}2` } }, false],
      [{ StringEquals: { "aws:SourceAccount": ACCOUNT } }, true],
      [{ StringEquals: { "aws:SourceAccount": "111111111111" } }, false],
      [{ Null: { "aws:SourceArn": "true" } }, false],
    ];
    await send("CreateRole", createRole);
    for (const [Condition, expected] of conditions) {
      const document = JSON.parse(createRole.AssumeRolePolicyDocument);
      Object.assign(document.Statement[0], { Condition });
      await send("UpdateAssumeRolePolicy", { RoleName: "r", PolicyDocument: JSON.stringify(document) });
      assert.equal(iam.isAssumable(arnOf("r"), LAMBDA), expected, JSON.stringify(Condition));
    }
  }));

Deno.test("new and changed roles and policies take effect after their propagation", () =>
  withIam(async (iam, send, clock) => {
    await send("CreateRole", createRole);
    await send("PutRolePolicy", mayRead);
    clock.now += 9_999;
    assert.ok(!iam.isAssumable(arnOf("r"), LAMBDA));
    assert.ok(!may(iam));
    clock.now += 1;
    assert.ok(iam.isAssumable(arnOf("r"), LAMBDA));
    assert.ok(may(iam));

    // Old policies stay effective until the new ones are, each change on its own.
    await send("UpdateAssumeRolePolicy", { RoleName: "r", PolicyDocument: trusting("states.amazonaws.com") });
    await send("PutRolePolicy", { ...mayRead, PolicyDocument: allowing("s3:PutObject") });
    clock.now += 5_000;
    await send("DeleteRolePolicy", { RoleName: "r", PolicyName: "p" });
    assert.ok(iam.isAssumable(arnOf("r"), LAMBDA));
    assert.ok(may(iam));
    clock.now += 5_000;
    assert.ok(!iam.isAssumable(arnOf("r"), LAMBDA));
    assert.ok(!may(iam) && may(iam, "s3:PutObject"));
    clock.now += 5_000;
    assert.ok(!may(iam, "s3:PutObject"));
  }, 10));

Deno.test("roles and sessions survive a restart", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    await withIam(
      async (iam, send) => {
        await send("CreateRole", createRole);
        await send("PutRolePolicy", mayRead);
        iam.assumeRole(arnOf("r"), LAMBDA, "f");
      },
      0,
      stateDir,
    );
    await withIam(
      (iam) => {
        assert.ok(iam.isAssumable(arnOf("r"), LAMBDA));
        assert.ok(may(iam));
        return Promise.resolve();
      },
      0,
      stateDir,
    );
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});
