import assert from "node:assert/strict";
import type { Call } from "../../../lib/local/operation.ts";
import { listEndpointConfigs } from "../../../lib/local/sagemaker/endpoint_configs.ts";
import { listEndpoints } from "../../../lib/local/sagemaker/endpoints.ts";
import { listed } from "../../../lib/local/sagemaker/listing.ts";
import { listModels } from "../../../lib/local/sagemaker/models.ts";
import { listTags } from "../../../lib/local/sagemaker/tags.ts";
import { listTrainingJobs } from "../../../lib/local/sagemaker/training_jobs.ts";
import { withContext } from "./testing.ts";

type Input = Parameters<typeof listed>[1];

const ITEMS = ["a", "b", "c"].map((name, index) => ({
  name,
  CreationTime: index,
  LastModifiedTime: 10 - index,
}));
const page = (input: Input, items = ITEMS) => listed(items, input, { name: "name", summary: ["name"] });
const names = (input: Input, items = ITEMS) => page(input, items).items.map(({ name }) => name).join("");

Deno.test("lists: newest first, filtered by both times without the bounds", () => {
  assert.equal(names({}), "cba");
  assert.equal(names({ CreationTimeAfter: 0, SortOrder: "Ascending" }), "bc");
  assert.equal(names({ CreationTimeBefore: 1 }), "a");
  assert.equal(names({ LastModifiedTimeAfter: 8 }), "ba");
  assert.equal(names({ LastModifiedTimeBefore: 10, LastModifiedTimeAfter: 8 }), "b");
});

Deno.test("lists: a token continues after the last item, even when that is gone", () => {
  const { items, NextToken } = page({ MaxResults: 1, SortOrder: "Ascending" });
  assert.deepEqual(items, [{ name: "a" }]);
  assert.equal(names({ NextToken, SortOrder: "Ascending" }), "bc");
  assert.equal(names({ NextToken, SortOrder: "Ascending" }, ITEMS.slice(1)), "bc");
  assert.throws(() => page({ NextToken: "made up" }), { name: "ValidationException" });
  const newest = page({ MaxResults: 1 });
  assert.equal(names({ NextToken: newest.NextToken }, ITEMS.slice(0, -1)), "ba");
});

Deno.test("lists: a token is valid for the same list in the same order", () => {
  const refused = { name: "ValidationException", message: "Invalid NextToken" };
  const { NextToken } = page({ MaxResults: 1 });
  assert.throws(() => page({ NextToken, SortOrder: "Ascending" }), refused);
  assert.throws(() => page({ NextToken, SortBy: "Name" }), refused);
  const others = [{ title: "a", CreationTime: 0 }];
  assert.throws(() => listed(others, { NextToken }, { name: "title", summary: ["title"] }), refused);
});

Deno.test("lists: items with the same time and status are sorted by name", () => {
  const jobs = ["a", "b", "c", "d"].map((name) => ({ name, status: "Failed", CreationTime: 1 }));
  const walked = (input: Input) => {
    let seen = "", NextToken: string | undefined;
    do {
      const page = listed(jobs, { ...input, MaxResults: 1, NextToken }, {
        name: "name",
        status: "status",
        summary: ["name"],
      });
      seen += page.items.map(({ name }) => name).join("");
      NextToken = page.NextToken;
    } while (NextToken);
    return seen;
  };
  assert.equal(walked({}), "dcba");
  assert.equal(walked({ SortBy: "Status", SortOrder: "Ascending" }), "abcd");
  assert.equal(walked({ SortBy: "Name" }), "dcba");
});

const call = {} as Call;
const NAMES = ["a", "b", "c", "d"];

/** A list operation: how to store its items, read its answer, and move an item out of a filter. */
const LISTS = [
  {
    list: listTrainingJobs,
    records: "jobs",
    shown: "TrainingJobSummaries",
    name: "TrainingJobName",
    status: "TrainingJobStatus",
    from: "InProgress",
    to: "Completed",
  },
  {
    list: listEndpoints,
    records: "endpoints",
    shown: "Endpoints",
    name: "EndpointName",
    status: "EndpointStatus",
    from: "Creating",
    to: "InService",
  },
  { list: listModels, records: "models", shown: "Models", name: "ModelName" },
  { list: listEndpointConfigs, records: "configs", shown: "EndpointConfigs", name: "EndpointConfigName" },
] as const;

for (const { records, shown, name, ...one } of LISTS) {
  /** Stores four items, lists the first page of two, lets `change` happen, and lists the rest. */
  const inTwoPages = async (
    filter: object,
    change: (
      put: (item: string, changes?: object) => void,
      remove: (item: string) => void,
    ) => void,
  ) => {
    const pages: string[] = [];
    await withContext((context) => {
      const put = (item: string, changes: object = {}) =>
        context[records].put(
          item,
          {
            [name]: item,
            CreationTime: NAMES.indexOf(item),
            ..."status" in one ? { [one.status]: one.from } : {},
            ...changes,
          } as never,
        );
      NAMES.forEach((item) => put(item));
      const list = (input: object) => {
        const answer = one.list.run(input, context, call) as unknown as Record<string, unknown>;
        pages.push((answer[shown] as Record<string, string>[]).map((item) => item[name]).join(""));
        return answer.NextToken as string | undefined;
      };
      const NextToken = list({ MaxResults: 2, ...filter });
      assert.ok(NextToken);
      change(put, (item) => context[records].delete(item));
      list({ MaxResults: 2, NextToken, ...filter });
    });
    return pages;
  };

  Deno.test(`${shown}: the item that the token names goes between two pages`, async () => {
    assert.deepEqual(await inTwoPages({}, (_, remove) => remove("c")), ["dc", "ba"]);
    const byName = { SortBy: "Name", SortOrder: "Ascending" };
    assert.deepEqual(await inTwoPages(byName, (_, remove) => remove("b")), ["ab", "cd"]);
  });

  Deno.test(`${shown}: items come and change between two pages`, async () => {
    const pages = await inTwoPages({}, (put) => {
      put("e", { CreationTime: 9 });
      put("c", { LastModifiedTime: 10 });
      put("a", { LastModifiedTime: 11 });
    });
    assert.deepEqual(pages, ["dc", "ba"]);
  });

  if (!("status" in one)) continue;
  const { status, from, to } = one;

  Deno.test(`${shown}: the item that the token names leaves the filter between two pages`, async () => {
    const filter = { StatusEquals: from };
    const pages = await inTwoPages(filter, (put) => put("c", { [status]: to }));
    assert.deepEqual(pages, ["dc", "ba"]);
    assert.deepEqual(await inTwoPages(filter, (put) => put("b", { [status]: to })), ["dc", "a"]);
  });

  Deno.test(`${shown}: sorted by status, an item that changes moves and no other`, async () => {
    const pages = await inTwoPages(
      { SortBy: "Status", SortOrder: "Ascending" },
      (put) => put("b", { [status]: to }),
    );
    assert.deepEqual(pages.map((page) => page.replace("b", "")), ["a", "cd"]);
  });
}

Deno.test("tags: the token's is deleted between two pages", async () => {
  const ResourceArn = "arn:aws:sagemaker:us-east-1:000000000000:endpoint/scones";
  const keys = Array.from({ length: 60 }, (_, index) => `key-${String(index).padStart(2, "0")}`);
  await withContext((context) => {
    const store = (kept: string[]) =>
      context.tags.put(ResourceArn, Object.fromEntries(kept.map((key) => [key, ""])));
    store(keys);
    const first = listTags.run({ ResourceArn, MaxResults: 50 }, context, call);
    assert.deepEqual(first.Tags.map(({ Key }) => Key), keys.slice(0, 50));
    store(keys.filter((key) => key !== "key-49"));
    const rest = listTags.run({ ResourceArn, NextToken: first.NextToken }, context, call);
    assert.deepEqual(rest.Tags.map(({ Key }) => Key), keys.slice(50));
    assert.equal(rest.NextToken, undefined);
  });
});
