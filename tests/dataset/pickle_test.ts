import assert from "node:assert/strict";
import { DatasetError } from "../../lib/dataset/errors.ts";
import { NdArray, readPickle } from "../../lib/dataset/pickle.ts";
import { type Writable, writePickle } from "../../lib/dataset/pickle_writer.ts";

const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const array = (rows: number, columns: number, data: Uint8Array) =>
  writePickle(new Map([["data", { rows, columns, data }]]));

Deno.test("reads what Python 2 writes: text, numbers, lists over 1,000 items, dictionaries", () => {
  const names = Array.from({ length: 2500 }, (_, i) => `bike_s_${i}.png`);
  const labels = [0, 8, 255, 256, 65535, 65536, -1];
  const fields: [string, Writable][] = [["filenames", names], ["labels", labels], ["none", []]];
  const bytes = writePickle(new Map(fields));
  const value = readPickle(bytes, "train");
  assert.ok(value instanceof Map);
  assert.deepEqual(value.get("filenames"), names);
  assert.deepEqual(value.get("labels"), labels);
  assert.deepEqual(value.get("none"), []);
});

Deno.test("pixels are a view of the pickle's own bytes, every byte value intact", () => {
  const data = Uint8Array.from({ length: 1024 }, (_, i) => i % 256);
  const bytes = array(2, 512, data);
  const value = readPickle(bytes, "train");
  const pixels = value instanceof Map ? value.get("data") : undefined;
  assert.ok(pixels instanceof NdArray);
  assert.deepEqual(pixels.shape, [2, 512]);
  assert.deepEqual(pixels.data, data);
  assert.equal(pixels.data.buffer, bytes.buffer);
});

Deno.test("text is Latin-1, byte for byte", () => {
  assert.equal(readPickle(writePickle("caf\u00e9\u0091"), "meta"), "caf\u00e9\u0091");
});

Deno.test("a batch of one item and back-references, which cPickle writes for other counts", () => {
  // {"a": ["x"], "b": <the same "x">}
  const bytes = ascii("\x80\x02}q\x01(U\x01aq\x02]q\x03U\x01xq\x04aU\x01bh\x04u.");
  assert.deepEqual(readPickle(bytes, "meta"), new Map<string, unknown>([["a", ["x"]], ["b", "x"]]));
});

Deno.test("os.system is refused by name, in every form that a pickle has for it", () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(() => readPickle(ascii(text), "train"), (error: Error) => {
      assert.ok(error instanceof DatasetError);
      assert.match(error.message, message);
      return true;
    });
  refused(
    "\x80\x02cos\nsystem\nU\x04true\x85R.",
    /^train: GLOBAL at byte 2 refers to os\.system; .*Nothing .* run/,
  );
  refused("cos\nsystem\n(S'true'\ntR.", /GLOBAL at byte 0 refers to os\.system/);
  refused("\x80\x02(U\x04trueios\nsystem\n.", /INST at byte 9 is an opcode/);
  refused("\x80\x02\x8c\x02os\x8c\x06system\x93.", /SHORT_BINUNICODE at byte 2/);
  refused("\x80\x04\x8c\x02os\x94.", /PROTO at byte 0 .* protocol 4/);
  refused("\x80\x02cnumpy.core.multiarray\nscalar\n.", /refers to numpy\.core\.multiarray\.scalar/);
});

Deno.test("numpy's steps are only accepted in their one combination", () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(() => readPickle(ascii(`\x80\x02${text}`), "train"), { name: "DatasetError", message });
  refused("cnumpy\nndarray\nK\x00\x85R.", /REDUCE at byte 20 calls numpy\.ndarray/);
  refused("cnumpy\ndtype\nU\x02f4\x85R.", /makes an array of type f4/);
  refused("cnumpy\ndtype\n.", /intermediate value of numpy's reconstruction/);
  refused("]cnumpy\ndtype\na.", /intermediate value of numpy's reconstruction/);
  assert.throws(() => readPickle(array(3, 512, new Uint8Array(1024)), "train"), /shape \(3, 512\) from 1024/);
});

Deno.test("every place to cut a pickle off gives an error that says so", () => {
  const bytes = array(1, 300, new Uint8Array(300));
  for (let end = 0; end < bytes.length; end++) {
    assert.throws(() => readPickle(bytes.subarray(0, end), "test"), {
      name: "DatasetError",
      message: /^test: the pickle is truncated: it ends at byte \d+/,
    });
  }
});

Deno.test("nonsense gives an error, never another exception or a hang", () => {
  let state = 1;
  for (let round = 0; round < 3000; round++) {
    const bytes = array(1, 260, new Uint8Array(260));
    for (let i = 0; i < 3; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      bytes[2 + state % 200] = state >>> 24;
    }
    try {
      readPickle(bytes, "train");
    } catch (error) {
      assert.ok(error instanceof DatasetError, String(error));
    }
  }
});
