import assert from "node:assert/strict";
import { operationsOf, operationsOn } from "../../../lib/local/operation.ts";
import type { WireRequest } from "../../../lib/local/protocols/protocol.ts";
import { restJson } from "../../../lib/local/protocols/rest_json.ts";
import {
  blob,
  header,
  headers,
  integer,
  list,
  map,
  payload,
  query,
  required,
  string,
  structure,
} from "../../../lib/local/shapes.ts";

const operation = operationsOn<null>();
const getScone = operation({
  action: "shop:GetScone",
  http: { at: "GET /shop/scones/{Name}", headers: { Heat: "x-heat", Notes: "x-note-*" }, status: 201 },
  input: structure({
    Name: required(string()),
    Heat: header("X-Heat", integer()),
    Notes: headers("X-Note-", map(string())),
    Max: query("max", integer()),
    Tags: query("tag", list(string())),
    Recipe: structure({ Flour: integer() }),
  }),
  run: () => ({}),
});
const eatScone = operation({
  action: "shop:EatScone",
  http: { at: "POST /shop/scones/{Name}/bites", payload: "Crumbs", statusFrom: "Left" },
  input: structure({ Name: required(string()), Mouth: payload(blob()) }),
  run: () => ({}),
});
const anywhere = operation({
  action: "shop:Anywhere",
  http: { at: "GET /shop/{Path+}" },
  input: structure({}),
  run: () => ({}),
});
const operations = operationsOf({ getScone, eatScone, anywhere });
const protocol = restJson({ name: "Shop" });

function read(method: string, path: string, given: Record<string, string> = {}, body = "") {
  const url = new URL(path, "http://127.0.0.1/");
  const bytes = body === "" ? null : new TextEncoder().encode(body);
  const wire: WireRequest = { method, url, headers: new Headers(given), body: bytes, rawUrl: `${url}` };
  const reading = protocol.read(wire, operations);
  if (reading instanceof Promise) throw new Error("A JSON protocol reads at once.");
  return { name: reading.operation.name, members: reading.members };
}

Deno.test("members come from path, headers, query and body, with the types of the shape", () => {
  const path = "/shop/scones/plain%20one?max=3&tag=a&tag=b";
  assert.deepEqual(
    read("GET", path, { "x-heat": "200", "x-note-a": "1", "x-note-b": "2" }, '{"Recipe":{}}'),
    {
      name: "GetScone",
      members: {
        Name: "plain one",
        Heat: 200,
        Notes: { a: "1", b: "2" },
        Max: 3,
        Tags: ["a", "b"],
        Recipe: {},
      },
    },
  );
  const eaten = read("POST", "/shop/scones/x/bites", {}, "not JSON");
  assert.equal(eaten.name, "EatScone");
  assert.deepEqual(eaten.members, { Mouth: new TextEncoder().encode("not JSON"), Name: "x" });
});

Deno.test("a label matches one segment, with + the rest; other paths have no operation", () => {
  assert.equal(read("GET", "/shop/a/b/c").name, "Anywhere");
  assert.throws(() => read("POST", "/shop/scones/a/b"), {
    code: "UnknownOperationException",
    status: 404,
    message: /POST \/shop\/scones\/a\/b of Shop/,
  });
  assert.throws(() => read("GET", "/shop/scones/x", {}, "[1]"), { code: "SerializationException" });
  // Invalid UTF-8 stays as it is, and fails the member's pattern.
  assert.deepEqual(read("GET", "/shop/scones/%zz").members, { Name: "%zz" });
});

Deno.test("outputs go to status, headers, payload and body", async () => {
  const output = { Heat: 200, Notes: { a: "1" }, Left: undefined, Name: "plain" };
  const json = protocol.write(output, getScone, "7");
  assert.equal(json.status, 201);
  assert.deepEqual([json.headers.get("x-heat"), json.headers.get("x-note-a")], ["200", "1"]);
  assert.deepEqual(await json.json(), { Name: "plain" });
  const bytes = protocol.write({ Left: 202, Crumbs: new Uint8Array([1, 2]) }, eatScone, "7");
  assert.equal(bytes.status, 202);
  assert.deepEqual(await bytes.bytes(), new Uint8Array([1, 2]));
  const none = protocol.write({ Left: 204, Crumbs: new Uint8Array() }, eatScone, "7");
  assert.deepEqual([none.status, await none.text()], [204, ""]);
});
