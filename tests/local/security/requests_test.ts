/** Attacks by the size and shape of a request: each is the client's error, and no one holds up the others. */
import assert from "node:assert/strict";
import { type TestAws, withLocalAws } from "../testing.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const models = { "x-amz-target": "SageMaker.ListModels" };

/** Sends it; the answer, and how long the server's event loop, which is the test's, was held at most. */
async function measured(
  url: string,
  init: RequestInit,
): Promise<{ status: number; text: string; held: number }> {
  let last = performance.now(), held = 0;
  const ticker = setInterval(() => {
    held = Math.max(held, performance.now() - last - 5);
    last = performance.now();
  }, 5);
  const answer = await fetch(url, { method: "POST", ...init });
  const text = await answer.text();
  clearInterval(ticker);
  return { status: answer.status, text, held };
}

Deno.test("JSON nested a million levels deep is refused, as deep as AWS's parsers go is read", () =>
  withLocalAws(async ({ endpoint }: TestAws) => {
    const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
    for (const depth of [1001, 20_000, 1_000_000]) {
      const { status, text } = await measured(endpoint, { headers: models, body: nested(depth) });
      assert.equal(status, 400, text);
      assert.match(text, /SerializationException.*nested deeper than 1000 levels/);
    }
    const objects = `${'{"a":'.repeat(500_000)}1${"}".repeat(500_000)}`;
    assert.equal((await measured(endpoint, { headers: models, body: objects })).status, 400);
    assert.equal((await measured(endpoint, { headers: models, body: nested(1000) })).status, 200);
    const lambda = await measured(`${endpoint}/2015-03-31/functions`, { body: nested(1_000_000) });
    assert.match(lambda.text, /InvalidRequestContent|nested deeper/);
    assert.equal(lambda.status, 400);
  }));

Deno.test("so are policies and XML", () =>
  withLocalAws(async ({ endpoint }: TestAws) => {
    const values = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
    const statement =
      `{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Condition":{"Bool":{"aws:x":${values}}}}`;
    const AssumeRolePolicyDocument = `{"Version":"2012-10-17","Statement":${statement}}`;
    const body = new URLSearchParams({ RoleName: "r", AssumeRolePolicyDocument });
    const role = await measured(`${endpoint}/?Action=CreateRole`, { headers: FORM, body: body.toString() });
    assert.deepEqual([role.status, /<Code>(\w+)/.exec(role.text)?.[1]], [400, "MalformedPolicyDocument"]);
    await (await fetch(`${endpoint}/bucket`, { method: "PUT" })).body?.cancel();
    for (const depth of [5_000, 100_000]) {
      const xml = `<Delete><Object>${"<a>".repeat(depth)}${"</a>".repeat(depth)}</Object></Delete>`;
      const { status, text } = await measured(`${endpoint}/bucket?delete`, { body: xml });
      assert.equal(status, 400, text);
      assert.match(text, /<Code>MalformedXML</);
    }
  }));

Deno.test("a form of a million parameters, or with a name of 20,000 dots, is refused at once", () =>
  withLocalAws(async ({ endpoint }: TestAws) => {
    const url = `${endpoint}/?Action=ListRoles&Version=2010-05-08`;
    const tags = Array.from({ length: 30_000 }, (_, index) => `Tags.member.${index}.Key=k`).join("&");
    const bodies = ["a&".repeat(400_000), tags, `${"a.".repeat(20_000)}=1`, `${".".repeat(20_000)}=1`];
    for (const body of bodies) {
      const { status, text, held } = await measured(url, { headers: FORM, body });
      assert.deepEqual([status, /<Code>(\w+)/.exec(text)?.[1]], [400, "InvalidQueryParameter"], text);
      assert.ok(held < 1000, `${held} ms`);
    }
    const large = await measured(url, { headers: FORM, body: "a=1&".repeat(1_000_000) });
    assert.equal(large.status, 413);
    assert.ok(large.held < 1000, `${large.held} ms`);
    const tagged = Array.from(
      { length: 50 },
      (_, i) => `Tags.member.${i + 1}.Key=k${i}&Tags.member.${i + 1}.Value=v`,
    );
    const { status } = await measured(url, { headers: FORM, body: tagged.join("&") });
    assert.equal(status, 200);
  }));
