import assert from "node:assert/strict";
import { IAMClient } from "@aws-sdk/client-iam";
import { noteRoleChange, retryWhile, whileRoleIsNew } from "../../lib/aws/retries.ts";

Deno.test("retryWhile repeats only errors that pass by themselves", async () => {
  let tries = 0;
  const result = await retryWhile(
    (error) => error.message === "soon",
    () => ++tries < 3 ? Promise.reject(new Error("soon")) : Promise.resolve(tries),
  );
  assert.equal(result, 3);
  await assert.rejects(
    retryWhile((error) => error.message === "soon", () => Promise.reject(new Error("never"))),
    { message: "never" },
  );
});

Deno.test("retryWhile begins nothing after an abort", async () => {
  let tries = 0;
  const controller = new AbortController();
  const work = () => {
    tries++;
    controller.abort(new Error("enough"));
    return Promise.reject(new Error("soon"));
  };
  const { signal } = controller;
  await assert.rejects(retryWhile(() => true, work, { signal }), { message: "enough" });
  await assert.rejects(retryWhile(() => true, work, { signal }), { message: "enough" });
  assert.equal(tries, 1);
});

/** IAM with a role of that age. */
function withRole(ageSeconds: number) {
  let looks = 0;
  const CreateDate = new Date(Date.now() - ageSeconds * 1000);
  const iam = Object.assign(new IAMClient({ region: "us-east-1" }), {
    send: () => (looks++, Promise.resolve({ Role: { CreateDate } })),
  });
  return { aws: { iam }, looks: () => looks };
}

/** Fails a number of times with a message. */
function failing(times: number, message: string) {
  let tries = 0;
  const work = () => ++tries > times ? Promise.resolve(tries) : Promise.reject(new Error(message));
  return { work, tries: () => tries };
}

const PROPAGATION = [
  "The role defined for the function cannot be assumed by Lambda.",
  "Could not assume role arn:aws:iam::1:role/r. Please ensure that the role exists",
  "Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant. " +
  "Please check your KMS key settings. KMS Exception: InvalidArnException KMS Message: ARN does not refer to a valid principal",
];

Deno.test("a role younger than 5 minutes is waited for; with an older one the same error is a genuine one", async (t) => {
  for (const message of PROPAGATION) {
    await t.step(message.slice(0, 60), async () => {
      const { aws, looks } = withRole(60);
      const young = failing(2, message);
      assert.equal(await whileRoleIsNew(aws, "arn:aws:iam::1:role/young", young.work), 3);
      assert.equal(looks(), 1);
      const old = failing(2, message);
      await assert.rejects(whileRoleIsNew(withRole(301).aws, "arn:aws:iam::1:role/old", old.work), {
        message,
      });
      assert.equal(old.tries(), 1);
    });
  }
  await t.step("a policy that this process has changed counts as new", async () => {
    noteRoleChange("arn:aws:iam::1:role/changed");
    const changed = failing(1, PROPAGATION[1]!);
    assert.equal(
      await whileRoleIsNew(withRole(10_000).aws, "arn:aws:iam::1:role/changed", changed.work),
      2,
    );
  });
  await t.step("any other error is thrown at once", async () => {
    const { work, tries } = failing(1, "Member must satisfy regular expression pattern");
    await assert.rejects(whileRoleIsNew(withRole(1).aws, "arn:aws:iam::1:role/young", work));
    assert.equal(tries(), 1);
  });
});

Deno.test("who waits longer is told what for, once", async () => {
  const told: string[] = [];
  const { work } = failing(4, PROPAGATION[0]!);
  const onWait = (message: string) => void told.push(message);
  await whileRoleIsNew(withRole(1).aws, "arn:aws:iam::1:role/young", work, { onWait, noticeSeconds: 0.3 });
  assert.equal(told.length, 1);
  assert.match(
    told[0]!,
    /^Waiting for the role arn:aws:iam::1:role\/young to reach the service, .*cannot be assumed/,
  );
});
