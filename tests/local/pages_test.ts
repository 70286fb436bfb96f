/** Pages by key: items that come, go or change between two pages cause no repetitions or gaps. */
import assert from "node:assert/strict";
import { type Key, page } from "../../lib/local/pages.ts";

interface Item {
  readonly name: string;
  readonly size: number;
}

const items = (...names: string[]): Item[] => names.map((name) => ({ name, size: name.length }));
const invalidToken = () => new Error("no token of ours");
const byName = { key: ({ name }: Item): Key => [name], limit: 2, invalidToken };

/** The names of all pages. @param between can change the list before each next page */
function allPages(list: Item[], options: Parameters<typeof page<Item>>[1], between = () => {}): string[][] {
  const pages: string[][] = [];
  let token: string | undefined;
  do {
    const { items, next } = page(list, { ...options, token });
    pages.push(items.map(({ name }) => name));
    token = next;
    between();
  } while (token !== undefined);
  return pages;
}

Deno.test("pages are sorted by the keys, and the last one has no token", () => {
  const list = items("d", "a", "c", "b");
  assert.deepEqual(allPages(list, byName), [["a", "b"], ["c", "d"]]);
  assert.deepEqual(allPages(list, { ...byName, descending: true }), [["d", "c"], ["b", "a"]]);
  assert.deepEqual(allPages([], byName), [[]]);
  assert.deepEqual(allPages(list, { ...byName, limit: 4 }), [["a", "b", "c", "d"]]);
});

Deno.test("a token works when its item is gone, and others come before and after it", () => {
  const list = items("a", "b", "c", "d");
  const change = () => {
    const b = list.findIndex(({ name }) => name === "b");
    if (b >= 0) list.splice(b, 1, ...items("aa", "bb"));
  };
  assert.deepEqual(allPages(list, byName, change), [["a", "b"], ["bb", "c"], ["d"]]);
});

Deno.test("keys of several parts are compared part by part, numbers as numbers", () => {
  const list = items("x", "yy", "a", "bb", "cccccccccc");
  const bySize = { ...byName, key: ({ name, size }: Item): Key => [size, name] };
  assert.deepEqual(allPages(list, bySize), [["a", "x"], ["bb", "yy"], ["cccccccccc"]]);
  const descending = { ...bySize, descending: true };
  assert.deepEqual(allPages(list, descending), [["cccccccccc", "yy"], ["bb", "x"], ["a"]]);
});

Deno.test("a token is valid for its own list only", () => {
  const list = items("a", "b", "c");
  const { next } = page(list, { ...byName, list: "scones" });
  assert.deepEqual(page(list, { ...byName, list: "scones", token: next }).items, items("c"));
  for (const token of ["", "x", "%%", btoa("a"), btoa("[]"), btoa('["scones"]'), btoa('["scones",{}]')]) {
    assert.throws(() => page(list, { ...byName, list: "scones", token }), /no token of ours/, token);
  }
  assert.throws(() => page(list, { ...byName, list: "jam", token: next }), /no token of ours/);
});

Deno.test("names are any text", () => {
  const list = items("ü", "日本", "a\0b", 'quo"te');
  assert.deepEqual(
    allPages(list, { ...byName, limit: 1 }).flat().sort(),
    list.map(({ name }) => name).sort(),
  );
});
