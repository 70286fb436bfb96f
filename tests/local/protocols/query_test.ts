import assert from "node:assert/strict";
import { operationsOf, operationsOn } from "../../../lib/local/operation.ts";
import { query, readMembers } from "../../../lib/local/protocols/query.ts";
import { boolean, integer, list, map, string, structure } from "../../../lib/local/shapes.ts";

const shape = structure({
  Name: string(),
  Size: integer(),
  Hot: boolean(),
  Tags: list(structure({ Key: string(), Value: string() })),
  Keys: list(string()),
  Attributes: map(string()),
  Oven: structure({ Heat: integer() }),
});
const read = (text: string) => readMembers(shape, new URLSearchParams(text));

Deno.test("a form's members have the types that the shape gives them", () => {
  assert.deepEqual(read("Name=a&Size=-3&Hot=true&Oven.Heat=200"), {
    Name: "a",
    Size: -3,
    Hot: true,
    Oven: { Heat: 200 },
  });
  // Text that does not convert stays text, which the shape refuses.
  assert.deepEqual(read("Size=1e3&Hot=yes"), { Size: "1e3", Hot: "yes" });
});

Deno.test("lists are sorted by number, maps have entries of either spelling", () => {
  assert.deepEqual(
    read("Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.10.Key=c&Tags.member.1.Value=1"),
    {
      Tags: [{ Key: "a", Value: "1" }, { Key: "b" }, { Key: "c" }],
    },
  );
  assert.deepEqual(read("Keys.member.1=x&Keys.member.2=y"), { Keys: ["x", "y"] });
  assert.deepEqual(read("Keys="), { Keys: [] });
  assert.deepEqual(read("Attributes.entry.1.key=a&Attributes.entry.1.value=1"), { Attributes: { a: "1" } });
  assert.deepEqual(read("Attributes.entry.1.Name=a&Attributes.entry.1.Value=1"), { Attributes: { a: "1" } });
});

const operation = operationsOn<null>();
const look = operation({ action: "shop:Look", input: structure({}), run: () => ({}) });
const leave = operation({
  action: "shop:Leave",
  http: { at: "GET /?Action=Leave" },
  input: structure({}),
  run: () => {},
});
const operations = operationsOf({ look, leave });
const protocol = query({ xmlns: "urn:shop" });

Deno.test("answers: lists are members, maps entries; a result without members differs from none", async () => {
  const text = async (output: object | undefined) => {
    const answer = protocol.write(output, operations.get("Look")!, "7");
    return (await answer.text()).replace(/^<\?xml.*\?>\n/, "");
  };
  const end = "<ResponseMetadata><RequestId>7</RequestId></ResponseMetadata></LookResponse>";
  assert.equal(
    await text({ Names: ["a", "b"], More: new Map([["k", "v"]]), Absent: undefined }),
    '<LookResponse xmlns="urn:shop"><LookResult><Names><member>a</member><member>b</member></Names>' +
      `<More><entry><key>k</key><value>v</value></entry></More></LookResult>${end}`,
  );
  assert.equal(await text({}), `<LookResponse xmlns="urn:shop"><LookResult></LookResult>${end}`);
  assert.equal(await text(undefined), `<LookResponse xmlns="urn:shop">${end}`);
});

Deno.test("of unsigned GET requests only operations for links are claimed", () => {
  const claims = (method: string, path: string) => {
    const url = new URL(path, "http://127.0.0.1/");
    return protocol.claims({ method, url, headers: new Headers(), rawUrl: `${url}` }, operations);
  };
  assert.ok(claims("POST", "/?Action=Look"));
  assert.ok(!claims("GET", "/?Action=Look"));
  assert.ok(claims("GET", "/?Action=Leave"));
  assert.ok(!claims("POST", "/?Action=Nothing"));
});
