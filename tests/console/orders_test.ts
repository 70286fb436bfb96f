import assert from "node:assert/strict";
import sharp from "sharp";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { sleep } from "../../lib/aws/waiting.ts";
import { createConsole } from "../../lib/console/app.ts";
import { OrderFeed } from "../../lib/console/orders/feed.ts";
import { bucketsFor, TokenBucket } from "../../lib/console/orders/token_bucket.ts";
import { type OrderPage, rowOf } from "../../lib/console/routes/orders.ts";
import { playedAws } from "../aws/testing.ts";
import { createMachine, fateReached, stageNote, startFate } from "./machine.ts";
import { admitted, type TestConsole, withConsole } from "./testing.ts";

async function page({ request }: TestConsole, query = ""): Promise<OrderPage> {
  const response = await request(`/api/orders${query}`);
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

async function refusal(response: Response): Promise<{ status: number; field?: string; message: string }> {
  return { status: response.status, ...await response.json() };
}

Deno.test("orders: before anything is deployed the page says so", async () => {
  await withConsole(async (console) => {
    const { deployed, total, rows } = await page(console);
    assert.deepEqual({ deployed, total, rows }, { deployed: false, total: 0, rows: [] });
  });
});

Deno.test("orders: each has picture, answer, confidence and outcome; filters find them", async (t) => {
  await withConsole(async (console) => {
    const { aws } = console;
    await stageNote(aws);
    await createMachine(aws);
    await startFate(aws, "first", "route", [0.95, 0.05]);
    await startFate(aws, "second", "hold", [0.39, 0.61]);
    await startFate(aws, "third", "break");
    for (const name of ["first", "second", "third"]) await fateReached(aws, name);
    await startFate(aws, "fourth", "wait");

    const all = await page(console);
    assert.equal(all.matching, 4);
    assert.deepEqual(all.classes, ["bicycle", "motorcycle"]);
    assert.deepEqual(
      all.rows.map((
        { name, key, outcome, answer, confidence, error },
      ) => [name, key, outcome, answer, confidence, error]),
      [
        ["fourth", "orders/fourth.png", "running", undefined, undefined, undefined],
        ["third", "orders/third.png", "failed", undefined, undefined, "Broken"],
        [
          "second",
          "orders/second.png",
          "below threshold",
          "motorcycle",
          0.61,
          "THRESHOLD_CONFIDENCE_NOT_MET",
        ],
        ["first", "orders/first.png", "succeeded", "bicycle", 0.95, undefined],
      ],
    );
    const found: Record<string, string[]> = {
      "outcome=succeeded": ["first"],
      "outcome=below+threshold": ["second"],
      "outcome=failed": ["third"],
      "outcome=running": ["fourth"],
      "class=motorcycle": ["second"],
      "above=0.9": ["first"],
      "below=0.9": ["second"],
      "text=BROKEN": ["third"],
      "text=orders%2Ffirst": ["first"],
      "from=2099-01-01T00:00:00Z": [],
      "to=2099-01-01T00:00:00Z": ["fourth", "third", "second", "first"],
      "offset=1&limit=2": ["third", "second"],
    };
    for (const [query, names] of Object.entries(found)) {
      await t.step(query, async () => {
        assert.deepEqual((await page(console, `?${query}`)).rows.map(({ name }) => name), names);
      });
    }
  });
});

Deno.test("orders: a picture of another bucket is not shown in its place", () => {
  const order = { arn: "a", name: "a", status: "SUCCEEDED", start: 0 };
  const detail = { status: "SUCCEEDED", bucket: "theirs", key: "orders/a.png" };
  assert.equal(rowOf({ ...order, detail }, [], "ours").shown, false);
  assert.equal(rowOf({ ...order, detail }, [], "theirs").shown, true);
  assert.equal(rowOf(order, [], "ours").shown, false);
});

Deno.test("orders: bad input is refused with the name of the field", async () => {
  await withConsole(async ({ request }) => {
    const bad: [query: string, field: string][] = [
      ["outcome=lost", "outcome"],
      ["above=2", "above"],
      ["below=x", "below"],
      ["from=yesterday", "from"],
      ["limit=0", "limit"],
      ["limit=1000", "limit"],
      ["offset=-1", "offset"],
      [`text=${"x".repeat(201)}`, "text"],
      ["limit=1&limit=2", "limit"],
    ];
    for (const [query, field] of bad) {
      const { status, field: named, message } = await refusal(await request(`/api/orders?${query}`));
      assert.equal(status, 400, query);
      assert.equal(named, field, query);
      assert.match(message, new RegExp(`^${field}: .+`));
    }
    const { status, message } = await refusal(await request("/api/orders?order=1"));
    assert.equal(status, 400);
    assert.match(message, /order/);
  });
});

Deno.test("orders: a picture becomes an order, in the size and form that the network knows", async () => {
  await withConsole(async (console) => {
    const { aws, request } = console;
    await stageNote(aws);
    await createMachine(aws);
    const jpeg = await sharp({ create: { width: 80, height: 50, channels: 3, background: "red" } }).jpeg()
      .toBuffer();
    const response = await request("/api/orders?name=My+bike%2F1.jpg", {
      method: "POST",
      headers: { "content-type": "image/jpeg" },
      body: Uint8Array.from(jpeg),
    });
    assert.equal(response.status, 201);
    const { key, name } = await response.json();
    assert.match(key, /^orders\/[\d-]+-[0-9a-f]{4}_My-bike-1\.png$/);
    const { Body, ContentType } = await aws.s3.send(new GetObjectCommand({ Bucket: aws.bucket, Key: key }));
    const { format, width, height } = await sharp(await Body!.transformToByteArray()).metadata();
    assert.deepEqual([ContentType, format, width, height], ["image/png", "png", 32, 32]);
    assert.deepEqual((await page(console)).rows.map((row) => [row.name, row.key]), [[name, key]]);
    const shown = await request(`/api/picture?key=${encodeURIComponent(key)}`);
    assert.equal(shown.headers.get("content-type"), "image/png");
    assert.match(shown.headers.get("content-security-policy")!, /sandbox/);
    await shown.body?.cancel();
  });
});

Deno.test("orders: what is not a picture is neither stored nor shown", async () => {
  await withConsole(async ({ aws, request }) => {
    await stageNote(aws);
    const post = async (headers: Record<string, string>, body: string, query = "name=a.png") =>
      await refusal(await request(`/api/orders?${query}`, { method: "POST", headers, body }));
    const png = { "content-type": "image/png" };
    assert.deepEqual(await post(png, "<script>"), {
      status: 400,
      error: "BadInput",
      field: "body",
      message:
        "body: a.png is not a picture that can be read (Input buffer contains unsupported image format)",
    });
    assert.equal((await post(png, "")).message, "body: is empty");
    assert.equal((await post({ "content-type": "image/svg+xml" }, "<svg/>")).field, "Content-Type");
    assert.equal((await post(png, "x", "name=")).field, "name");
    assert.equal((await post(png, "x", "name=a&confirmed=yes")).field, "confirmed");
    const note = await refusal(await request("/api/picture?key=dataset.json"));
    assert.deepEqual([note.status, note.field], [400, "key"]);
    assert.equal((await request("/api/picture?key=orders/none.png")).status, 404);
  });
});

Deno.test("orders: on AWS an order says first what it costs", async () => {
  const app = createConsole(
    playedAws({}),
    { files: new Map(), metafile: { inputs: {}, outputs: {} } },
    () => 1,
  );
  const ask = async (path: string, init: RequestInit = {}) =>
    await app.fetch(
      new Request(`http://127.0.0.1:1${path}`, {
        ...init,
        headers: { host: "127.0.0.1:1", ...init.headers },
      }),
    );
  const cookie = (await ask(app.newLink())).headers.get("set-cookie")!.split(";")[0]!;
  const picture = { method: "POST", headers: { cookie, "content-type": "image/png" }, body: "x" };
  const json = { method: "POST", headers: { cookie, "content-type": "application/json" }, body: "{}" };
  for (
    const [path, init] of [["/api/orders?name=a.png", picture], ["/api/executions/a/again", json]] as const
  ) {
    const response = await ask(path, init);
    assert.equal(response.status, 409, path);
    const { error, message } = await response.json();
    assert.equal(error, "CostsMoney");
    assert.match(message, /about \$0\.000\d on AWS/);
  }
});

Deno.test("orders: the list asks for what is new only, and keeps what it knows", async () => {
  let asked: { maxResults?: number; nextToken?: string; statusFilter?: string }[] = [];
  const execution = (index: number) => ({
    executionArn: `arn:e:${index}`,
    name: `${index}`,
    status: "SUCCEEDED",
    startDate: new Date(index),
    stopDate: new Date(index + 1),
  });
  const all = Array.from({ length: 2500 }, (_, index) => execution(index)).reverse();
  const sfn = {
    send({ input }: { input: typeof asked[number] & { executionArn?: string } }) {
      if (input.executionArn) {
        return Promise.resolve({ ...execution(Number(input.executionArn.slice(6))), input: "{}" });
      }
      asked.push(input);
      const from = Number(input.nextToken ?? 0);
      const executions = all.slice(from, from + input.maxResults!);
      const next = from + executions.length;
      return Promise.resolve({ executions, nextToken: next < all.length ? `${next}` : undefined });
    },
  };
  const feed = new OrderFeed(playedAws({ sfn }, {}));
  assert.equal((await feed.look()).total, 1000);
  const { total, complete } = await feed.look();
  assert.deepEqual([total, complete], [2500, true]);
  asked = [];
  all.unshift(execution(2501), execution(2500));
  await feed.look();
  assert.equal(asked.length, 1, "one page finds what is new");
  assert.deepEqual(feed.orders.slice(0, 3).map(({ name }) => name), ["2501", "2500", "2499"]);
  assert.equal(new Set(feed.orders.map(({ arn }) => arn)).size, 2502);
});

Deno.test("orders: one poller serves all browsers, and nothing polls when nobody looks", async () => {
  await withConsole(async (console) => {
    const { aws, request, origin } = console;
    await createMachine(aws);
    let lists = 0;
    const send = aws.sfn.send.bind(aws.sfn);
    aws.sfn.send = ((command: { constructor: { name: string } }) => {
      if (command.constructor.name === "ListExecutionsCommand") lists++;
      return send(command as never);
    }) as typeof aws.sfn.send;
    const cookie = await admitted(console);
    const closing = new AbortController();
    const browsers = await Promise.all(
      [1, 2, 3].map(() =>
        fetch(`${origin}/api/orders/live`, { headers: { cookie }, signal: closing.signal })
      ),
    );
    const readers = browsers.map(({ body }) => body!.pipeThrough(new TextDecoderStream()).getReader());
    for (const reader of readers) {
      assert.match((await reader.read()).value!, /^event: value\ndata: \{"deployed":true/);
    }
    assert.equal(lists, 1);
    closing.abort();
    for (const reader of readers) await reader.read().catch(() => {});
    await sleep(0.1);
    const before = lists;
    await sleep(1.5);
    assert.ok(lists <= before + 1, `${lists - before} lists after everybody has gone`);
    const { status, body } = await request("/api/orders");
    await body?.cancel();
    assert.equal(status, 200);
  });
});

Deno.test("TokenBucket: requests wait for tokens, and those that are not urgent leave some", async () => {
  const bucket = new TokenBucket(2, 50);
  await bucket.take();
  let urgent = false;
  const later = bucket.take(1).then(() => assert.equal(urgent, true));
  await bucket.take();
  urgent = true;
  await later;
  const { list, describe, history } = bucketsFor({ target: "aws" });
  assert.deepEqual([list.perSecond, describe.perSecond, history.perSecond], [1, 5, 10]);
});
