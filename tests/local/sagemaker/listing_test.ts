import assert from "node:assert/strict";
import { page } from "../../../lib/local/sagemaker/listing.ts";

const ITEMS = ["a", "b", "c"].map((name, index) => ({
  name,
  CreationTime: index,
  LastModifiedTime: 10 - index,
}));
const names = (input: Parameters<typeof page>[1]) =>
  page(ITEMS, input).items.map(({ name }) => name).join("");

Deno.test("lists: newest first, filtered by both times, the bounds excluded", () => {
  assert.equal(names({}), "cba");
  assert.equal(names({ CreationTimeAfter: 0, SortOrder: "Ascending" }), "bc");
  assert.equal(names({ CreationTimeBefore: 1 }), "a");
  assert.equal(names({ LastModifiedTimeAfter: 8 }), "ba");
  assert.equal(names({ LastModifiedTimeBefore: 10, LastModifiedTimeAfter: 8 }), "b");
});

Deno.test("lists: a token goes on behind the last item, even when that has gone", () => {
  const { items, NextToken } = page(ITEMS, { MaxResults: 1, SortOrder: "Ascending" });
  assert.equal(items[0]!.name, "a");
  assert.equal(names({ NextToken, SortOrder: "Ascending" }), "bc");
  assert.throws(() => page(ITEMS, { NextToken: "made up" }), { name: "ValidationException" });
});
