import assert from "node:assert/strict";
import {
  facts,
  html,
  inKernel,
  live,
  markdown,
  notice,
  show,
  summary,
  table,
} from "../../lib/display/show.ts";

async function printed(action: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const log = console.log;
  console.log = (...args: unknown[]) => lines.push(args.join(" "));
  try {
    await action();
  } finally {
    console.log = log;
  }
  return lines;
}

Deno.test("outside of a kernel displays print their plain text", async () => {
  assert.equal(inKernel(), false);
  assert.deepEqual(await printed(() => show(html("<b>x</b>", "x"))), ["x"]);
  const other = { [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "a frame" }) };
  assert.deepEqual(await printed(() => show(Promise.resolve(other))), ["a frame"]);
  await assert.rejects(show({}), /display itself in Jupyter/);
  assert.deepEqual(await printed(() => summary({ captures: 1 })), []);
  const lines = await printed(async () => {
    const display = await live(markdown("first"));
    await display.replace(markdown("second"));
  });
  assert.deepEqual(lines, ["first"]);
});

Deno.test("a table escapes its cells, puts numbers at the right and has a twin in text", async () => {
  const bundle = await table([{ name: "<b>", size: 1234.56789 }, { name: undefined, size: 2 }]).bundle();
  assert.match(bundle["text/html"] as string, /<td style="text-align:left[^"]*">&lt;b&gt;<\/td>/);
  assert.match(bundle["text/html"] as string, /<td style="text-align:right[^"]*">1,234\.5679<\/td>/);
  assert.equal(bundle["text/plain"], "name  size\n<b>   1,234.5679\n      2.0000");
});

Deno.test("the numbers of a column have equally many decimals, four at most", async () => {
  const bundle = await table([{ confidence: 0.922, count: 5 }, { confidence: 0.76218, count: 1200 }])
    .bundle();
  assert.equal(bundle["text/plain"], "confidence  count\n0.9220      5\n0.7622      1,200");
});

Deno.test("facts stand one under the other, and what is not known is left out", async () => {
  const bundle = await facts({ target: "local", "train & test": 1200, speed: undefined }).bundle();
  assert.match(bundle["text/html"] as string, /<th[^>]*>train &amp; test<\/th><td[^>]*>1,200<\/td>/);
  assert.equal(bundle["text/plain"], "target        local\ntrain & test  1,200");
});

Deno.test("long names in tables may break where their parts meet", async () => {
  const bundle = await table([{ picture: "test/a_b.png" }]).bundle();
  assert.match(bundle["text/html"] as string, />test\/<wbr>a_<wbr>b\.png</);
  assert.match(bundle["text/plain"] as string, /^test\/a_b\.png$/m);
});

Deno.test("a notice is a line of its own", async () => {
  assert.deepEqual(await printed(() => notice("no network")), ["Note: no network"]);
});

Deno.test("the kernel finds the method by which it displays a value", async () => {
  const displayable = html("<b>x</b>", "x") as unknown as Record<symbol, () => Promise<unknown>>;
  assert.deepEqual(await displayable[Symbol.for("Jupyter.display")]?.(), {
    "text/html": "<b>x</b>",
    "text/plain": "x",
  });
});
