/** Text of users in headers: control characters in a header would end a server of Deno's. */
import assert from "node:assert/strict";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { restOutput } from "../../../lib/local/protocols/rest.ts";
import { storedHeaders } from "../../../lib/local/s3/headers.ts";
import { deploy, makeRole } from "../lambda/testing.ts";
import type { TestAws } from "../testing.ts";
import { startProgram } from "../testing/program.ts";

/** All of Latin-1, and some beyond. */
const CHARACTERS = [...Array.from({ length: 256 }, (_, code) => code), 0x100, 0x2028, 0xfeff, 0xffff]
  .map((code) => String.fromCharCode(code));

Deno.test("no text of a user's ends the server, or comes back as a header of its own", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const server = await startProgram(stateDir);
  const lambda = new LambdaClient(server.client);
  const send = async (method: string, path: string, more: RequestInit = {}) => {
    const answer = await fetch(server.endpoint + path, { method, ...more });
    const text = await answer.text();
    assert.equal(answer.headers.get("x-injected"), null);
    assert.ok(answer.status !== 500, `${method} ${path}: ${answer.status} ${text}`);
    return answer;
  };
  try {
    await makeRole(server as unknown as TestAws);
    await deploy(lambda, "f", "export const handler = async (_, { clientContext }) => clientContext");
    const context = { custom: CHARACTERS.join("") };
    const ClientContext = new TextEncoder().encode(JSON.stringify(context)).toBase64();
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: "f", ClientContext }));
    assert.deepEqual(JSON.parse(Payload!.transformToString()), context);

    await send("PUT", "/bucket");
    const latin = CHARACTERS.filter((character) => character >= "\xa0" && character <= "\xff").join("");
    const headers = { "content-type": latin, "x-amz-meta-a": latin, "cache-control": "\ta" };
    await send("PUT", "/bucket/key", { headers, body: "a" });
    assert.equal((await send("GET", "/bucket/key")).headers.get("x-amz-meta-a"), latin);
    for (const character of CHARACTERS) {
      const text = encodeURIComponent(`a${character}x-injected: b`);
      await send("GET", `/bucket/key?response-content-type=${text}`);
      await send("GET", `/bucket?list-type=2&prefix=${text}&encoding-type=url`);
      await send("HEAD", `/${text}`);
      await send("PUT", `/bucket/${text}`, { body: "b" });
      await send("HEAD", `/bucket/${text}`);
      await send("POST", `/bucket/${text}?uploads`);
      await send("POST", `/2015-03-31/functions/${text}/invocations?Qualifier=${text}`);
      const credential = encodeURIComponent(`local/20260101/a${character}x-injected: b/s3/aws4_request`);
      const xml = `<CreateBucketConfiguration><LocationConstraint>a&#${
        character.charCodeAt(0)
      };x-injected: b</LocationConstraint></CreateBucketConfiguration>`;
      await send("PUT", `/region-${character.charCodeAt(0)}?X-Amz-Credential=${credential}`, { body: xml });
      await send("HEAD", `/region-${character.charCodeAt(0)}`);
    }
  } finally {
    lambda.destroy();
    await server.stop();
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("an output's headers have nothing that no header can carry", () => {
  const text = CHARACTERS.join("");
  const { headers } = restOutput({ A: text, B: { key: text } }, { headers: { A: "a", B: "b-*" } });
  for (const [, value] of headers) assert.doesNotMatch(value, /[^\t\x20-\x7e\x80-\xff]/);
  assert.deepEqual([...headers.keys()], ["a", "b-key"]);
});

Deno.test("an object gets no headers that no header can be, as a state machine could ask for", () => {
  const refused = { code: "InvalidArgument" };
  for (const character of CHARACTERS.filter((one) => !/[\t\x20-\x7e\x80-\xff]/.test(one))) {
    assert.throws(() => storedHeaders({ ContentType: `a${character}` }), refused);
    assert.throws(() => storedHeaders({ Metadata: { a: `a${character}` } }), refused);
    assert.throws(() => storedHeaders({ Metadata: { [`a${character}`]: "a" } }), refused);
  }
  for (const name of [" ", "a:b", "a b", "\xe9"]) {
    assert.throws(() => storedHeaders({ Metadata: { [name]: "a" } }), refused);
  }
  assert.equal(storedHeaders({ Metadata: { A_b: "\xe9" } })["x-amz-meta-a_b"], "\xe9");
});
