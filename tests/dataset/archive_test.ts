import assert from "node:assert/strict";
import { join } from "node:path";
import { readArchive } from "../../lib/dataset/archive.ts";
import { DatasetError } from "../../lib/dataset/errors.ts";
import { HAS_REAL_ARCHIVE, REAL_ARCHIVE, tarGz, withFolder } from "./testing.ts";

const bytes = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (i * seed) >> 3 & 255);
const members = { train: bytes(200_000, 7), test: bytes(50_000, 11), meta: bytes(700, 13) };

async function refuses(dir: string, content: Uint8Array, message: RegExp): Promise<void> {
  const path = join(dir, "x.tar.gz");
  await Deno.writeFile(path, content);
  await assert.rejects(readArchive(path), (error: Error) => {
    assert.ok(error instanceof DatasetError, String(error));
    assert.match(error.message, message);
    assert.ok(error.message.startsWith(path));
    return true;
  });
}

Deno.test("takes the three members out of a tar.gz", () =>
  withFolder(async (dir) => {
    const path = join(dir, "x.tar.gz");
    await Deno.writeFile(path, await tarGz({ "file.txt~": bytes(10, 3), ...members }));
    assert.deepEqual(Object.fromEntries((await readArchive(path)).pickles), members);
  }));

Deno.test({
  name: "reads the published layout, which Python's tarfile wrote (real archive)",
  ignore: !HAS_REAL_ARCHIVE,
  async fn() {
    const { pickles } = await readArchive(REAL_ARCHIVE);
    const lengths = ["train", "test", "meta"].map((name) => pickles.get(name)!.length);
    assert.deepEqual(lengths, [5_536_570, 1_228_550, 1473]);
  },
});

Deno.test("a truncated archive is refused wherever it ends", () =>
  withFolder(async (dir) => {
    const whole = await tarGz(members);
    for (const part of [0.2, 0.6, 0.95]) {
      await refuses(dir, whole.subarray(0, Math.floor(whole.length * part)), /truncated or corrupt/);
    }
    await refuses(dir, whole.subarray(0, whole.length - 4), /truncated or corrupt/);
  }));

Deno.test("a corrupt archive is refused: gzip's checksum covers every byte", () =>
  withFolder(async (dir) => {
    const whole = await tarGz(members);
    for (const at of [0.1, 0.5, 0.9]) {
      const damaged = whole.slice();
      damaged[Math.floor(whole.length * at)]! ^= 0x55;
      await refuses(dir, damaged, /truncated or corrupt|has no/);
    }
  }));

Deno.test("a file that is not gzip or tar, or lacks a member, is refused as such", () =>
  withFolder(async (dir) => {
    await refuses(dir, new TextEncoder().encode("<html>Not found</html>"), /not a gzip file/);
    await refuses(dir, new Uint8Array(), /not a gzip file/);
    const { gzipSync } = await import("node:zlib");
    await refuses(dir, gzipSync(bytes(5000, 9)), /truncated or corrupt/);
    await refuses(
      dir,
      await tarGz({ train: members.train }),
      /not contain test, meta, only cifar-100-python\/train/,
    );
    await refuses(dir, await tarGz({ data_batch_1: members.meta }), /not contain train, test, meta/);
  }));
