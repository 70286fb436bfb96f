/** What the workflow fetches and reads: downloads that lead to this machine, and pickles that grow. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { download } from "../../../lib/dataset/download.ts";
import { DatasetError } from "../../../lib/dataset/errors.ts";
import { readPickle } from "../../../lib/dataset/pickle.ts";
import { fetchRedirected, isLocal } from "../../../lib/dataset/redirects.ts";

Deno.test("addresses of this machine are known in every spelling", async () => {
  const local = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0.0.0.0",
    "localhost",
    "LOCALHOST",
    "a.localhost",
    "localhost.",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "169.254.169.254",
    "[fe80::1]",
  ];
  for (const host of local) assert.ok(await isLocal(new URL(`http://${host}/`)), host);
  for (const host of ["192.0.2.1", "[2001:db8::1]", "128.0.0.1"]) {
    assert.ok(!await isLocal(new URL(`http://${host}/`)), host);
  }
});

Deno.test("a server elsewhere cannot lead a download to this machine; one of this machine can", async () => {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const { pathname, searchParams } = new URL(url);
    asked.push(pathname);
    const to = pathname === "/loop" ? "/loop" : searchParams.get("to");
    return to ? new Response(null, { status: 302, headers: { location: to } }) : new Response("content");
  });
  const here = `http://127.0.0.1:${server.addr.port}`;
  // The connection to the server elsewhere is played, as there is no network.
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) =>
    fetch(String(input).replace("http://elsewhere.invalid", here), init as RequestInit);
  try {
    const to = (target: string) => `/from?to=${encodeURIComponent(target)}`;
    assert.equal(await (await fetchRedirected(here + to("/there"), {})).text(), "content");
    const refused = (target: string, message: RegExp) =>
      assert.rejects(fetchRedirected(`http://elsewhere.invalid${to(target)}`, {}), {
        name: "DatasetError",
        message,
      });
    asked.length = 0;
    await refused(`${here}/secret`, /leads to http:\/\/127\.0\.0\.1:\d+\/secret, an address of this machine/);
    await refused("http://localhost:4566/", /an address of this machine/);
    await refused("file:///etc/passwd", /not an http: or https: address/);
    assert.ok(!asked.includes("/secret"));
    await assert.rejects(fetchRedirected(`${here}/loop`, {}), { message: /leads on more than 10 times$/ });
  } finally {
    globalThis.fetch = fetch;
    await server.shutdown();
  }
});

Deno.test("a download ends at the largest size, announced or not", async () => {
  let sent = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    if (url.endsWith("announced")) {
      return new Response(new Uint8Array(10), { headers: { "content-length": "10" } });
    }
    return new Response(
      new ReadableStream({
        pull(controller) {
          sent += 1000;
          controller.enqueue(new Uint8Array(1000));
        },
      }),
    );
  });
  const dir = await Deno.makeTempDir();
  try {
    const url = `http://127.0.0.1:${server.addr.port}`;
    const options = { part: join(dir, "part"), checked: false };
    const refused = { name: "DatasetError", message: /has more than \d+ bytes/ };
    await assert.rejects(download({ ...options, url: `${url}/announced`, maxBytes: 5 }), refused);
    await assert.rejects(download({ ...options, url: `${url}/endless`, maxBytes: 1_000_000 }), refused);
    assert.ok(sent < 20_000_000, `${sent}`);
    assert.ok((await Deno.stat(options.part)).size <= 1_000_000);
  } finally {
    await server.shutdown();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a pickle of ten million marks or lists ends soon", () => {
  const [PROTO, MARK, EMPTY_LIST, STOP] = [0x80, 0x28, 0x5d, 0x2e];
  const pickle = (op: number, count: number) => {
    const bytes = new Uint8Array(count + 3).fill(op);
    bytes.set([PROTO, 2]);
    bytes[count + 2] = STOP;
    return bytes;
  };
  for (
    const [op, message] of [[MARK, /MARK at byte 102 is in more than 100 others/], [
      EMPTY_LIST,
      /is one opcode more than the 2000000 that are read/,
    ]] as const
  ) {
    const started = performance.now();
    assert.throws(() => readPickle(pickle(op, 11_000_000), "train"), (error: Error) => {
      assert.ok(error instanceof DatasetError);
      assert.match(error.message, message);
      return true;
    });
    assert.ok(performance.now() - started < 10_000);
  }
});
