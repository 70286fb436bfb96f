import assert from "node:assert/strict";
import { ZmtpSocket } from "../../lib/runner/zmtp.ts";

/** A peer that answers the handshake, sends `reply`, and returns what it was sent after its READY. */
async function peer(listener: Deno.TcpListener, expected: number, reply: Uint8Array): Promise<Uint8Array> {
  using connection = await listener.accept();
  const reader = connection.readable.getReader({ mode: "byob" });
  const read = async (length: number) => (await reader.read(new Uint8Array(length), { min: length })).value!;
  const writer = connection.writable.getWriter();
  const greeting = await read(64);
  assert.equal(new TextDecoder().decode(greeting.subarray(12, 16)), "NULL");
  await writer.write(greeting);
  const [flags, length] = await read(2);
  assert.equal(flags, 4, "READY is a command");
  const ready = new TextDecoder().decode(await read(length!));
  assert.equal(ready, "\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\x02me");
  await writer.write(new Uint8Array([4, 6, 5, ...new TextEncoder().encode("READY")]));
  const received = await read(expected);
  await writer.write(reply);
  return received;
}

Deno.test("a ZMTP socket sends and receives messages of several frames, short and long", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const long = new Uint8Array(300).fill(7);
  const reply = new Uint8Array([1, 1, 42, 2, 0, 0, 0, 0, 0, 0, 1, 44, ...long, 4, 1, 0, 0, 1, 9]);
  const served = peer(listener, 4 + 9 + 300, reply);
  const { port } = listener.addr as Deno.NetAddr;
  const socket = await ZmtpSocket.connect({ hostname: "127.0.0.1", port, type: "DEALER", identity: "me" });
  await socket.send([new Uint8Array([1, 2]), long]);
  const received = await served;
  assert.deepEqual([...received.subarray(0, 4)], [1, 2, 1, 2]);
  assert.deepEqual([...received.subarray(4, 13)], [2, 0, 0, 0, 0, 0, 0, 1, 44]);
  const messages = await Array.fromAsync(socket.messages());
  socket.close();
  assert.deepEqual(messages.map((frames) => frames.map((frame) => frame.length)), [[1, 300], [1]]);
  assert.deepEqual(messages[0]?.[1], long);
});

Deno.test("a peer that does not speak ZMTP is refused", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const served = listener.accept().then(async (connection) => {
    await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n".padEnd(64)));
    connection.close();
  });
  await assert.rejects(
    ZmtpSocket.connect({ hostname: "127.0.0.1", port, type: "SUB" }),
    /does not speak ZMTP 3/,
  );
  await served;
});
