import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DatasetError, DownloadUnavailableError } from "../../lib/dataset/errors.ts";
import { fetchArchive, kindOf, localArchive } from "../../lib/dataset/source.ts";
import { withFolder } from "./testing.ts";

const CONTENT = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 5 & 255);
const MD5 = createHash("md5").update(CONTENT).digest("hex");

interface Seen {
  range: string | null;
  ifRange: string | null;
}

/** Serves what `answer` gives for request number n (from 0), and keeps what was asked for. */
async function withServer(
  answer: (n: number, request: Request) => Response | Promise<Response>,
  work: (url: string, seen: Seen[]) => Promise<void>,
): Promise<void> {
  const seen: Seen[] = [];
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen: () => {},
    onError: () => new Response(),
  }, (request) => {
    seen.push({ range: request.headers.get("range"), ifRange: request.headers.get("if-range") });
    return answer(seen.length - 1, request);
  });
  try {
    await work(`http://127.0.0.1:${server.addr.port}/data.tar.gz`, seen);
  } finally {
    await server.shutdown();
  }
}

/** As a file server does: the whole, or the part that Range asks for. */
function serveRange(request: Request, content = CONTENT, etag = '"v1"'): Response {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
  const changed = (request.headers.get("if-range") ?? etag) !== etag;
  if (start === 0 || changed) return new Response(content, { headers: { etag } });
  if (start >= content.length) return new Response(null, { status: 416 });
  return new Response(content.subarray(start), {
    status: 206,
    headers: { etag, "content-range": `bytes ${start}-${content.length - 1}/${content.length}` },
  });
}

/** Announces everything, sends the bytes from `start` to `end`, then breaks the connection. */
function breakOff(start: number, end: number, etag?: string): Response {
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(CONTENT.subarray(start, end));
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.error(new Error("broken on purpose"));
    },
  });
  const headers = new Headers({ "content-length": String(CONTENT.length - start) });
  if (etag) headers.set("etag", etag);
  if (start > 0) headers.set("content-range", `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`);
  return new Response(body, { status: start > 0 ? 206 : 200, headers });
}

Deno.test("downloads once, with progress, and then takes the file from the cache", () =>
  withFolder((dir) =>
    withServer((_, request) => serveRange(request), async (url, seen) => {
      const progress: number[] = [];
      const cacheDir = join(dir, "not", "there", "yet");
      const options = { url, cacheDir, md5: MD5, onProgress: (p: { done: number }) => progress.push(p.done) };
      const path = await fetchArchive(options);
      assert.deepEqual(await Deno.readFile(path), CONTENT);
      assert.equal(progress.at(-1), CONTENT.length);
      assert.equal(await fetchArchive(options), path);
      assert.equal(seen.length, 1);
      await Deno.writeTextFile(path, "damaged in the cache");
      await fetchArchive(options);
      assert.deepEqual(await Deno.readFile(path), CONTENT);
      assert.deepEqual([...Deno.readDirSync(cacheDir)].length, 1);
    })
  ));

Deno.test("a connection that breaks half-way is taken up again where it stopped", () =>
  withFolder((dir) =>
    withServer(
      (n, request) => n === 0 ? breakOff(0, 120_000, '"v1"') : serveRange(request),
      async (url, seen) => {
        const path = await fetchArchive({ url, cacheDir: dir, md5: MD5 });
        assert.deepEqual(await Deno.readFile(path), CONTENT);
        assert.deepEqual(seen[1], { range: "bytes=120000-", ifRange: '"v1"' });
      },
    )
  ));

Deno.test("a connection that keeps breaking is an error; the next run goes on", () =>
  withFolder((dir) =>
    withServer(
      (n, request) => n < 3 ? breakOff(n * 50_000, (n + 1) * 50_000) : serveRange(request),
      async (url, seen) => {
        const options = { url, cacheDir: dir, md5: MD5 };
        await assert.rejects(fetchArchive(options), (error: Error) => {
          assert.ok(error instanceof DatasetError && !(error instanceof DownloadUnavailableError));
          assert.match(error.message, /broke off after 150000 of 300000 bytes: .*again to continue/);
          return true;
        });
        assert.deepEqual(await Deno.readFile(await fetchArchive(options)), CONTENT);
        assert.deepEqual(seen.map(({ range }) => range), [
          null,
          "bytes=50000-",
          "bytes=100000-",
          "bytes=150000-",
        ]);
      },
    )
  ));

Deno.test("without an md5, a part is only continued when the server can say that the file is the same", () =>
  withFolder(async (dir) => {
    const other = CONTENT.map((byte) => 255 - byte);
    await withServer(
      (n, request) => n === 0 ? breakOff(0, 120_000, '"v1"') : serveRange(request, other, '"v2"'),
      async (url) => {
        assert.deepEqual(await Deno.readFile(await fetchArchive({ url, cacheDir: dir })), other);
      },
    );
    await withServer(
      (n, request) => n === 0 ? breakOff(0, 120_000) : serveRange(request),
      async (url, seen) => {
        assert.deepEqual(await Deno.readFile(await fetchArchive({ url, cacheDir: dir })), CONTENT);
        assert.equal(seen[1]!.range, null);
      },
    );
  }));

Deno.test("a continued download with the wrong md5 is begun anew, once", () =>
  withFolder((dir) =>
    withServer((_, request) => serveRange(request), async (url, seen) => {
      const path = await fetchArchive({ url, cacheDir: dir });
      await Deno.rename(path, `${path}.part`);
      await Deno.writeFile(`${path}.part`, new Uint8Array(1000)); // not what the server has
      assert.deepEqual(await Deno.readFile(await fetchArchive({ url, cacheDir: dir, md5: MD5 })), CONTENT);
      assert.deepEqual(seen.map(({ range }) => range), [null, "bytes=1000-", null]);
    })
  ));

Deno.test("a part that is longer than the file is thrown away", () =>
  withFolder((dir) =>
    withServer((_, request) => serveRange(request), async (url) => {
      const path = await fetchArchive({ url, cacheDir: dir });
      await Deno.rename(path, `${path}.part`);
      await Deno.writeFile(`${path}.part`, new Uint8Array(CONTENT.length + 5));
      assert.deepEqual(await Deno.readFile(await fetchArchive({ url, cacheDir: dir, md5: MD5 })), CONTENT);
    })
  ));

Deno.test("wrong bytes: the md5 does not match, and nothing of it stays", () =>
  withFolder((dir) =>
    withServer(() => new Response("<html>Please log in</html>"), async (url, seen) => {
      await assert.rejects(fetchArchive({ url, cacheDir: dir, md5: MD5 }), {
        name: "DatasetError",
        message: new RegExp(`${url} has the md5 [0-9a-f]{32}, .*${MD5}.*SCONES_DATASET_URL`),
      });
      assert.equal(seen.length, 1);
      assert.deepEqual([...Deno.readDirSync(dir)], []);
    })
  ));

Deno.test("an HTTP error names its status, an unreachable host itself; both name the variable", () =>
  withFolder(async (dir) => {
    const fails = (url: string, message: RegExp) =>
      assert.rejects(fetchArchive({ url, cacheDir: dir, connectSeconds: 1 }), (error: Error) => {
        assert.ok(error instanceof DownloadUnavailableError, String(error));
        assert.match(error.message, message);
        assert.match(error.message, /SCONES_DATASET_URL/);
        return true;
      });
    await withServer(
      () => new Response("gone", { status: 404 }),
      (url) => fails(url, /data\.tar\.gz answered 404 Not Found\./),
    );
    const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = listener.addr;
    await fails(`http://127.0.0.1:${port}/x`, /cannot be reached: .*no answer within 1 seconds/); // accepts, says nothing
    listener.close();
    await fails(`http://127.0.0.1:${port}/x`, /cannot be reached: .*refused/i);
  }));

Deno.test("an abort ends the download with the caller's reason and keeps the part", () =>
  withFolder((dir) =>
    withServer((n, request) => n === 0 ? breakOff(0, 120_000) : serveRange(request), async (url) => {
      const stop = new AbortController();
      const onProgress = () => stop.abort(new Error("enough"));
      await assert.rejects(
        fetchArchive({ url, cacheDir: dir, md5: MD5, signal: stop.signal, onProgress }),
        /^Error: enough$/,
      );
      assert.ok([...Deno.readDirSync(dir)].some(({ name }) => name.endsWith(".part")));
    })
  ));

Deno.test("a local archive is used in place, by path or file: URL, its md5 checked when one is given", () =>
  withFolder(async (dir) => {
    const path = join(dir, "a b.tar.gz");
    await Deno.writeFile(path, CONTENT);
    const cacheDir = join(dir, "cache");
    assert.equal(await fetchArchive({ url: path, cacheDir }), path);
    assert.equal(await fetchArchive({ url: pathToFileURL(path).href, cacheDir, md5: MD5 }), path);
    await assert.rejects(fetchArchive({ url: path, cacheDir, md5: MD5.replace(/./, "x") }), /has the md5/);
    await assert.rejects(fetchArchive({ url: join(dir, "no.tar.gz"), cacheDir }), {
      name: "DatasetError",
      message: /^SCONES_DATASET_URL is .*no\.tar\.gz, but there is no file .*\. Set it to a copy/,
    });
    await assert.rejects(localArchive(join(dir, "none")), /there is no file or folder/);
    assert.equal(await localArchive(dir), dir, "a folder holds one's own pictures");
    assert.deepEqual(await Promise.all([dir, path].map(kindOf)), ["folder", "archive"]);
    assert.equal(await localArchive("https://example.com/x.tar.gz"), undefined);
    await assert.rejects(
      fetchArchive({ url: "s3://bucket/x", cacheDir }),
      /s3:\/\/bucket\/x; it must be an https:/,
    );
    await assert.rejects(fetchArchive({ url: "http://", cacheDir }), /not a valid address/);
    await assert.rejects(Deno.stat(cacheDir), Deno.errors.NotFound);
  }));
