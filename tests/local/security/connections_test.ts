/** Attacks by connections: many of them, and some on which nothing comes, or a byte now and then. */
import assert from "node:assert/strict";
import { GuardedListener } from "../../../lib/local/guarded_listener.ts";
import { withLocalAws } from "../testing.ts";
import { raw, request } from "./testing/raw.ts";
import { sessionOf, sign } from "./testing/signing.ts";

const LIMITS = { connections: 20, headersMs: 300, requestMs: 600, idleMs: 600 };

async function withListener(
  body: (listener: GuardedListener) => Promise<void>,
  limits = LIMITS,
): Promise<void> {
  const listener = await GuardedListener.open(async (request) => {
    const size = (await request.bytes()).length;
    return new Response(`${request.method} ${new URL(request.url).pathname} ${size}`);
  }, limits);
  try {
    await body(listener);
  } finally {
    await listener.drain();
    await listener.close();
  }
}

/** How long the server keeps a connection on which `first` is sent, and then a byte now and then. */
async function lasts(port: number, first: string, trickle?: string): Promise<number> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const began = performance.now();
  const write = (text: string) => connection.write(new TextEncoder().encode(text)).catch(() => {});
  if (first !== "") await write(first);
  const timer = trickle === undefined ? undefined : setInterval(() => write(trickle), 50);
  await Array.fromAsync(connection.readable).catch(() => {}); // reset is closed too
  clearInterval(timer);
  return performance.now() - began;
}

Deno.test("on the functions' port no connection lasts on which a request does not come, or not to its end", () =>
  withListener(async ({ port }) => {
    const head = `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`;
    const all = [
      lasts(port, ""),
      lasts(port, "GET / HTTP"),
      lasts(port, `${head}x: `, "a"),
      lasts(port, head, "x: a\r\n"),
      lasts(port, `${head}content-length: 1000\r\n\r\n`),
      lasts(port, `${head}content-length: 1000\r\n\r\n`, "x"),
      lasts(port, `${head}\r\n`), // answered, and then idle
    ];
    for (const milliseconds of await Promise.all(all)) assert.ok(milliseconds < 3000, `${milliseconds} ms`);
  }));

Deno.test("more connections than a limit are closed, and others are served again when they have gone", () =>
  withListener(async ({ port, endpoint }) => {
    const open = await Promise.all(
      Array.from({ length: 100 }, () => Deno.connect({ hostname: "127.0.0.1", port })),
    );
    const closed = open.map((connection) => Array.fromAsync(connection.readable).catch(() => {}));
    await Promise.all(closed); // at once, or without headers after a while
    assert.equal(await (await fetch(endpoint)).text(), "GET / 0");
  }));

Deno.test("a server that has no file left for further connections goes on when there are some again", async () => {
  const program = `
    import { UserListener } from ${
    JSON.stringify(new URL("../../../lib/local/listener.ts", import.meta.url).href)
  };
    console.log(new UserListener(0, () => new Response("served")).port);`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  const child = new Deno.Command("sh", {
    args: ["-c", 'ulimit -n 120; exec "$0" run -A --no-check --no-config "$1"', Deno.execPath(), file],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stderr).text();
  try {
    const { value } = await child.stdout.getReader().read();
    const port = Number(new TextDecoder().decode(value));
    const open: Deno.Conn[] = [];
    try {
      while (open.length < 150) open.push(await Deno.connect({ hostname: "127.0.0.1", port }));
    } catch {
      // Refused or reset, while the server does not listen.
    }
    assert.ok(open.length > 50, `${open.length}`);
    for (const connection of open) connection.close();
    let served = "";
    for (let tries = 0; served !== "served" && tries < 100; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      served = await fetch(`http://127.0.0.1:${port}`).then((answer) => answer.text(), () => "");
    }
    assert.equal(served, "served");
  } finally {
    child.kill();
    await child.status;
    await Deno.remove(file);
  }
  assert.match(await said, /No more connections on port \d+: .*Too many open files/);
});

Deno.test("a body of which nothing comes, or next to nothing, is given up", async () => {
  await withLocalAws(async ({ endpoint }) => {
    await (await fetch(`${endpoint}/bucket`, { method: "PUT" })).body?.cancel();
    const target = { "x-amz-target": "SageMaker.ListModels" };
    const slow = async (method: string, path: string, headers: Record<string, string>, trickle: boolean) => {
      let timer: ReturnType<typeof setInterval>;
      const body = new ReadableStream({
        start(controller) {
          const byte = new TextEncoder().encode(" ");
          controller.enqueue(byte);
          if (trickle) timer = setInterval(() => controller.enqueue(byte), 50);
        },
        cancel: () => clearInterval(timer),
      });
      const all = { ...headers, "x-amz-decoded-content-length": "1000" };
      const began = performance.now();
      const answer = await fetch(`${endpoint}${path}`, { method, headers: all, body });
      const text = await answer.text();
      clearInterval(timer!);
      assert.deepEqual([answer.status, /RequestTimeout/.test(text)], [400, true], `${path} ${text}`);
      return performance.now() - began;
    };
    const all = [true, false].flatMap((trickle) => [
      slow("PUT", "/bucket/key", {}, trickle),
      slow("POST", "/bucket?delete", {}, trickle),
      slow("POST", "/", target, trickle),
    ]);
    for (const milliseconds of await Promise.all(all)) assert.ok(milliseconds < 5000, `${milliseconds} ms`);
    // One that comes as fast as bodies do is not hurried.
    const put = await fetch(`${endpoint}/bucket/key`, { method: "PUT", body: new Uint8Array(5_000_000) });
    assert.equal(put.status, 200, await put.text());
  }, { bodyTimes: { idleMs: 300, slowMs: 600, bytesPerSecond: 1000 } });
});

Deno.test("what the functions' port hands on is what was sent, and what comes back is what was answered", async () => {
  const unread: Deno.Conn[] = [];
  await withLocalAws(async (aws) => {
    const { functionEndpoint: endpoint } = aws;
    await (await fetch(`${aws.endpoint}/bucket`, { method: "PUT" })).body?.cancel();
    const session = await sessionOf(aws, "role", [{ Effect: "Allow", Action: "s3:*", Resource: "*" }]);
    const ask = async (method: string, path: string, body = "", headers: Record<string, string> = {}) => {
      const signed = sign(session, { endpoint, path, method, body, headers });
      const lines = Object.entries(signed);
      return await raw(endpoint, request(endpoint, `${method} ${path}`, lines, body));
    };
    const large = "0123456789".repeat(300_000);
    assert.match(await ask("PUT", "/bucket/a/../b", large), /^HTTP\/1.1 200 /);
    const got = await ask("GET", "/bucket/a/../b");
    assert.ok(
      /^content-length: 3000000\r$/im.test(got) && got.endsWith(`\r\n\r\n${large}`),
      got.slice(0, 500),
    );
    assert.match(await ask("HEAD", "/bucket/a/../b"), /^HTTP\/1.1 200 [^]*\r\n\r\n$/);
    const part = await ask("GET", "/bucket/a/../b", "", { range: "bytes=0-4" });
    assert.match(part, /^HTTP\/1.1 206 [^]*\r\n01234$/);
    assert.match(await ask("GET", "/bucket/b"), /^HTTP\/1.1 404 [^]*NoSuchKey/);
    // Refused before its body has been read, which must not keep the answer from arriving.
    const unsigned = await fetch(`${endpoint}/bucket/c`, { method: "PUT", body: large });
    assert.deepEqual([unsigned.status, /<Code>(\w+)/.exec(await unsigned.text())?.[1]], [
      403,
      "AccessDenied",
    ]);
    for (const line of ["GET http://example.com/", "GET *", "OPTIONS *", "CONNECT example.com:443"]) {
      assert.doesNotMatch(await raw(endpoint, request(endpoint, line, [])), /^HTTP\/1.1 [25]/, line);
    }
    for (const host of ["example.com", "127.0.0.1@example.com", "a b", ""]) {
      const answer = await raw(endpoint, `GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
      assert.doesNotMatch(answer, /^HTTP\/1.1 [25]/, host);
    }
    // A client that goes away in the middle of a large answer, or never reads it, holds up neither others nor the stop.
    const lines = Object.entries(sign(session, { endpoint, path: "/bucket/a/../b" }));
    const get = new TextEncoder().encode(request(endpoint, "GET /bucket/a/../b", lines));
    for (const leaves of [true, false]) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(endpoint).port) });
      await connection.write(get);
      await connection.read(new Uint8Array(100));
      if (leaves) connection.close();
      else unread.push(connection);
    }
    assert.equal((await fetch(endpoint)).status, 403);
  });
  for (const connection of unread) connection.close();
});
