/** The server as a whole: it stops in time, whatever its clients do or leave undone. */
import assert from "node:assert/strict";
import { type TestAws, withLocalAws } from "./testing.ts";

const SIZE = 50 * 2 ** 20;

/**
 * What `body` leaves open, and how long the server takes to stop then, in milliseconds.
 * @param path the server stops once it has got a request for it
 */
async function stopWith<T>(
  path: string,
  body: (aws: TestAws) => Promise<T>,
): Promise<{ left: T; took: number }> {
  let left: T | undefined, began = 0;
  const arrived = Promise.withResolvers<void>();
  await withLocalAws(async (aws) => {
    await (await fetch(`${aws.endpoint}/bucket`, { method: "PUT" })).body?.cancel();
    left = await body(aws);
    await arrived.promise;
    began = performance.now();
  }, {
    around: (handle) => (request) => {
      if (request.url.endsWith(path)) arrived.resolve();
      return handle(request);
    },
  });
  return { left: left!, took: performance.now() - began };
}

async function send(aws: TestAws, text: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: aws.port });
  await connection.write(new TextEncoder().encode(text));
  return connection;
}

/** The bytes that still come, until the server closes the connection. */
async function rest(connection: Deno.TcpConn): Promise<number> {
  let size = 0;
  try {
    for await (const bytes of connection.readable) size += bytes.length;
  } catch (error) {
    assert.ok(error instanceof Deno.errors.ConnectionReset, `${error}`);
  }
  return size;
}

Deno.test("a client that does not read its answer does not hold up the stop", async () => {
  const { left, took } = await stopWith("/bucket/k?raw", async (aws) => {
    const put = await fetch(`${aws.endpoint}/bucket/k`, { method: "PUT", body: new Uint8Array(SIZE) });
    assert.equal(put.status, 200, await put.text());
    return {
      response: await fetch(`${aws.endpoint}/bucket/k`),
      connection: await send(aws, "GET /bucket/k?raw HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"),
    };
  });
  assert.ok(took < 5000, `${took} ms`);
  await assert.rejects(left.response.bytes());
  assert.ok(await rest(left.connection) < SIZE);
});

Deno.test("neither does one that does not send its request to the end", async () => {
  const { left, took } = await stopWith(
    "/bucket/begun",
    (aws) =>
      send(aws, "PUT /bucket/begun HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100000\r\n\r\nbegun"),
  );
  assert.ok(took < 5000, `${took} ms`);
  await rest(left);
});

Deno.test("nor one that breaks off a body of XML, on which nothing of ours fails", async () => {
  const begun = "POST /bucket?delete HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\n<Delete>";
  const { left, took } = await stopWith("/bucket?delete", (aws) => send(aws, begun));
  assert.ok(took < 5000, `${took} ms`);
  await rest(left);
});

Deno.test("nor one that does not read an answer that is written at once", async () => {
  const began = performance.now();
  let response: Response | undefined;
  await withLocalAws(async (aws) => {
    response = await fetch(aws.endpoint);
  }, { around: () => () => new Response(new Uint8Array(SIZE)) });
  assert.ok(performance.now() - began < 5000);
  await response!.body?.cancel();
});

Deno.test("nor one that has not even sent its headers", async () => {
  const { left, took } = await stopWith("/bucket", (aws) => send(aws, "GET /bucket HTTP/1.1\r\nhost: 127"));
  assert.ok(took < 5000, `${took} ms`);
  await rest(left);
});

Deno.test("a client that waits with its connection open does not delay the stop", async () => {
  const { took } = await stopWith("/bucket", async (aws) => {
    const answer = await fetch(`${aws.endpoint}/bucket`, { method: "HEAD" });
    assert.equal(answer.status, 200);
  });
  assert.ok(took < 900, `${took} ms`);
});
