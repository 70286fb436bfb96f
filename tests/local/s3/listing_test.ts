/** ListObjectsV2 and ListObjects against the real client. */
import assert from "node:assert/strict";
import {
  ListObjectsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterPrefix } from "../../../lib/local/s3/index.ts";
import { commonPrefix, listPage, type Page } from "../../../lib/local/s3/listing.ts";
import { refusal, withBucket } from "./testing.ts";

const KEYS = ["a.png", "test/1.png", "test/2.png", "test/x/3.png", "train/1.png", "z é&<\x02\r.png"];

async function put(endpoint: string, bucket: string, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const answer = await fetch(`${endpoint}/${bucket}/${encodeURIComponent(key)}`, {
      method: "PUT",
      body: "x",
    });
    assert.equal(answer.status, 200, await answer.text());
  }
}

const withKeys = (body: (s3: S3Client, bucket: string) => Promise<void>) =>
  withBucket(async (s3, bucket, aws) => {
    await put(aws.endpoint, bucket, KEYS);
    await body(s3, bucket);
  });

Deno.test("version 2 lists by prefix, delimiter and start, in pages", () =>
  withKeys(async (s3, Bucket) => {
    const list = async (input: object, pageSize?: number) => {
      const found: (string | undefined)[] = [];
      for await (const page of paginateListObjectsV2({ client: s3, pageSize }, { Bucket, ...input })) {
        assert.equal(page.KeyCount, (page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
        if (pageSize) assert.ok(page.KeyCount! <= pageSize);
        found.push(...(page.Contents ?? []).map(({ Key }) => Key));
        found.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      }
      return found.sort();
    };
    assert.deepEqual(await list({}), KEYS);
    assert.deepEqual(await list({}, 1), KEYS);
    assert.deepEqual(await list({ Prefix: "te" }), KEYS.slice(1, 4));
    assert.deepEqual(await list({ StartAfter: "test/2.png" }, 2), KEYS.slice(3));
    for (const pageSize of [undefined, 1, 2]) {
      assert.deepEqual(await list({ Delimiter: "/" }, pageSize), [KEYS[0], "test/", "train/", KEYS[5]]);
      assert.deepEqual(await list({ Delimiter: "/", Prefix: "test/" }, pageSize), [
        ...KEYS.slice(1, 3),
        "test/x/",
      ]);
    }
    assert.deepEqual(await list({ Prefix: "none" }), []);
    const foreign = new ListObjectsV2Command({ Bucket, ContinuationToken: btoa("test/1.png") });
    assert.deepEqual(await refusal(s3.send(foreign)), ["InvalidArgument", 400]);
  }));

Deno.test("a list repeats its parameters and has all members", () =>
  withKeys(async (s3, Bucket) => {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: "t", MaxKeys: 2, FetchOwner: true }),
    );
    assert.deepEqual([page.Name, page.Prefix, page.MaxKeys, page.KeyCount, page.IsTruncated], [
      Bucket,
      "t",
      2,
      2,
      true,
    ]);
    const [first] = page.Contents ?? [];
    assert.deepEqual([first?.Size, first?.ETag, first?.StorageClass], [
      1,
      '"9dd4e461268c8034f5c8564e155c67a6"',
      "STANDARD",
    ]);
    assert.match(first?.Owner?.ID ?? "", /^[0-9a-f]{64}$/);
    const none = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
    assert.deepEqual([none.KeyCount, none.IsTruncated, none.Contents], [0, false, undefined]);
    const encoded = await s3.send(new ListObjectsV2Command({ Bucket, StartAfter: "z", EncodingType: "url" }));
    assert.equal(encoded.Contents?.[0]?.Key, encodeURIComponent(KEYS[5]!));
    assert.deepEqual(
      await refusal(s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: "%" }))),
      ["InvalidArgument", 400],
    );
    assert.deepEqual(await refusal(s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: -1 }))), [
      "InvalidArgument",
      400,
    ]);
    assert.deepEqual(await refusal(s3.send(new ListObjectsV2Command({ Bucket: "absent" }))), [
      "NoSuchBucket",
      404,
    ]);
  }));

Deno.test("version 1 pages by markers", () =>
  withKeys(async (s3, Bucket) => {
    const first = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: "/", MaxKeys: 2 }));
    assert.equal(first.NextMarker, "test/");
    const second = await s3.send(
      new ListObjectsCommand({ Bucket, Delimiter: "/", Marker: first.NextMarker }),
    );
    assert.deepEqual(second.CommonPrefixes, [{ Prefix: "train/" }]);
    assert.deepEqual(second.Contents?.map(({ Key }) => Key), [KEYS[5]]);
    const plain = await s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 1 }));
    assert.equal(plain.NextMarker, undefined);
    assert.equal(plain.IsTruncated, true);
  }));

Deno.test("pages equal those of a simple implementation, for any keys", () => {
  const random = generator(7);
  const letters = ["a", "b", "/", "//", "é", "\u{1F6B2}", "\uFFFD"];
  const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  for (let round = 0; round < 200; round++) {
    const word = (length: number) =>
      Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join("");
    const keys = [...new Set(Array.from({ length: 30 }, () => word(1 + Math.floor(random() * 5))))].sort(
      order,
    );
    const prefix = word(Math.floor(random() * 2));
    const delimiter = random() < 0.3 ? "" : "/";
    const limit = 1 + Math.floor(random() * 5);
    const expected = [
      ...new Set(
        keys.filter((key) => key.startsWith(prefix)).map((key) =>
          commonPrefix(key, prefix, delimiter) ?? key
        ),
      ),
    ];
    const scan = (from: string, to: string | undefined, count: number) =>
      keys.filter((key) => order(key, from) >= 0 && (to === undefined || order(key, to) < 0))
        .slice(0, count).map((Key) => ({ Key }));
    const found: string[] = [];
    for (let from: string | undefined = ""; from !== undefined;) {
      const page: Page<{ Key: string }> = listPage(scan, { prefix, delimiter, from, limit });
      const names = [...page.items.map(({ Key }) => Key), ...page.prefixes].sort(order);
      assert.ok(names.length <= limit);
      if (names.length > 0) assert.equal(page.last, names.at(-1));
      found.push(...names);
      from = page.next;
    }
    assert.deepEqual(found, expected);
  }
});

Deno.test("the end of a prefix is the first key behind it", () => {
  assert.equal(afterPrefix(""), undefined);
  assert.equal(afterPrefix("test/"), "test0");
  assert.equal(afterPrefix("\ud7ff"), "\ue000");
  assert.equal(afterPrefix("a\u{10FFFF}"), "b");
  assert.equal(afterPrefix("\u{10FFFF}"), undefined);
});

/** Reproducible numbers in [0, 1) (mulberry32). */
function generator(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

Deno.test("a page that a token asks for leaves StartAfter out", () =>
  withBucket(async (s3, Bucket) => {
    for (const Key of ["a", "b", "c"]) await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    const list = (ContinuationToken?: string) =>
      s3.send(new ListObjectsV2Command({ Bucket, StartAfter: "a", MaxKeys: 1, ContinuationToken }));
    const first = await list();
    assert.equal(first.StartAfter, "a");
    assert.equal((await list(first.NextContinuationToken)).StartAfter, undefined);
  }));
