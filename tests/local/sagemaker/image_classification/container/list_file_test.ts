import assert from "node:assert/strict";
import { join } from "node:path";
import {
  findList,
  parseList,
} from "../../../../../lib/local/sagemaker/image_classification/container/list_file.ts";
import { ClientError } from "../../../../../lib/local/sagemaker/image_classification/errors.ts";

Deno.test("a .lst file is read with either end of line, blank lines left out", () => {
  assert.deepEqual(parseList("0\t1\ta.png\r\n\r\n7\t0\tfolder/b c.jpg\n", "train.lst", 2), [
    { label: 1, path: "a.png" },
    { label: 0, path: join("folder", "b c.jpg") },
  ]);
  assert.equal(parseList("0\t1.000000\ta.png", "train.lst", 2)[0]!.label, 1, "as im2rec writes labels");
});

Deno.test("a malformed .lst file is refused with file and line", () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(() => parseList(text, "train.lst", 2), (error: unknown) => {
      assert.ok(error instanceof ClientError);
      assert.match(error.message, message);
      return true;
    });
  refused("", /train.lst is empty/);
  refused("0\t1\ta.png\n1 0 b.png\n", /train.lst, line 2: expected three columns separated by tabs/);
  refused("0\t1\ta.png\textra", /line 1: expected three columns/);
  refused("x\t1\ta.png", /index 'x' is not a number/);
  refused("0\t1\ta.png\n0\t1\tb.png", /line 2: the index 0 is not unique/);
  refused("0\t2\ta.png", /label '2' is not an integer from 0 to 1 \(num_classes is 2\)/);
  refused("0\t-1\ta.png", /label '-1'/);
  refused("0\t0.5\ta.png", /label '0.5'/);
  refused("0\t0\t../a.png", /outside the channel/);
  refused("0\t0\t/etc/passwd", /outside the channel/);
});

Deno.test("a channel must have exactly one .lst file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assert.rejects(findList(join(folder, "none"), "train_lst"), /exactly one .lst file, found none/);
    await assert.rejects(findList(folder, "train_lst"), /found none/);
    await Deno.writeTextFile(join(folder, "train.lst"), "");
    assert.equal(await findList(folder, "train_lst"), "train.lst");
    await Deno.writeTextFile(join(folder, "old.lst"), "");
    await assert.rejects(findList(folder, "train_lst"), /found old.lst, train.lst/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
