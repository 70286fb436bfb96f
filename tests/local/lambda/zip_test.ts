import assert from "node:assert/strict";
import { readZip } from "../../../lib/local/lambda/zip.ts";
import { zip } from "./testing.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const broken = { code: "InvalidParameterValueException", status: 400 };

Deno.test("a zip's files are read with their permissions", async () => {
  const files = await readZip(zip({ "a.txt": "a".repeat(1000), "b/c.txt": "" }));
  assert.deepEqual(files.map(({ path, content, readable }) => [path, content.length, readable]), [
    ["a.txt", 1000, true],
    ["b/c.txt", 0, true],
  ]);
  assert.deepEqual((await readZip(zip({ "a.txt": "a" }, 0o640))).map(({ readable }) => readable), [false]);
});

Deno.test("a stored entry and a comment at the end are fine", async () => {
  const { zipSync } = await import("fflate");
  const stored = zipSync({ "a.txt": [bytes("plain"), { level: 0 }] });
  const commented = new Uint8Array([...stored, ...bytes("comment")]);
  commented[stored.length - 2] = 7;
  assert.equal(new TextDecoder().decode((await readZip(commented))[0]!.content), "plain");
});

Deno.test("names that would leave the folder are refused", async () => {
  const names = ["../a", "a/../../b", "/a", "a//b", "./a", "C:/a", "a\\b", "a\0b", "x".repeat(300), ".."];
  for (const name of names) await assert.rejects(readZip(zip({ [name]: "x" })), broken, name);
});

Deno.test("truncated and corrupted zips are refused, and do not hang", async () => {
  const good = zip({ "index.mjs": "export const handler = 1;".repeat(50), "b.txt": "b" });
  const intact = JSON.stringify(await readZip(good));
  for (let length = 0; length < good.length; length++) {
    await assert.rejects(readZip(good.slice(0, length)), broken, `${length} bytes`);
  }
  for (let index = 0; index < good.length; index++) {
    const bad = good.slice();
    bad[index]! ^= 0x55;
    // Some bytes, such as dates, can have any value; then the files are the same, or have other names.
    await readZip(bad).then(
      (files) => assert.equal(files.length <= 2, true, `byte ${index}`),
      (error) => assert.equal(error.code, "InvalidParameterValueException", `byte ${index}: ${error.stack}`),
    );
  }
  assert.equal(JSON.stringify(await readZip(good)), intact);
});

Deno.test("declared sizes are checked", async () => {
  const bomb = zip({ "zeros": new Uint8Array(10_000_000) });
  const view = new DataView(bomb.buffer);
  const directory = view.getUint32(bomb.length - 22 + 16, true);
  view.setUint32(directory + 24, 1000, true);
  await assert.rejects(readZip(bomb), broken);
  view.setUint32(directory + 24, 262_144_000, true);
  await assert.rejects(readZip(bomb), { message: "Unzipped size must be smaller than 262144000 bytes" });
});
