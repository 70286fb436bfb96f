/**
 * The client side of ZMTP 3.0, the protocol of ZeroMQ's sockets, over TCP with the NULL mechanism: only what a Jupyter kernel
 * needs (https://rfc.zeromq.org/spec/23/). The native binding to ZeroMQ sometimes crashes Deno when a socket is closed.
 */

const greeting = new Uint8Array(64);
greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0]); // signature, version 3.0
greeting.set(new TextEncoder().encode("NULL"), 12);

const more = 1, long = 2, command = 4; // the flags of a frame

export interface ZmtpOptions {
  hostname: string;
  port: number;
  type: "DEALER" | "SUB";
  /** The routing id by which a ROUTER socket answers. */
  identity?: string;
}

export class ZmtpSocket {
  readonly #connection: Deno.TcpConn;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #read: (length: number) => Promise<Uint8Array>;
  #closed = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#writer = connection.writable.getWriter();
    this.#read = exactReader(connection.readable);
  }

  /**
   * Connects, performs the handshake and, for a SUB socket, subscribes to everything.
   * @throws Deno.errors.ConnectionRefused if nothing listens there; Error if the peer does not speak ZMTP 3
   */
  static async connect({ hostname, port, type, identity = "" }: ZmtpOptions): Promise<ZmtpSocket> {
    const socket = new ZmtpSocket(await Deno.connect({ hostname, port }));
    try {
      await socket.#writer.write(greeting);
      const theirs = await socket.#read(64);
      if (theirs[0] !== 0xff || theirs[10] !== 3) {
        throw new Error(`${hostname}:${port} does not speak ZMTP 3.`);
      }
      await socket.#writer.write(frame(command, readyCommand({ "Socket-Type": type, "Identity": identity })));
      await socket.#readFrame();
      if (type === "SUB") await socket.send([new Uint8Array([1])]); // 1: subscribe; no prefix: to everything
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Sends one message of one or more frames. */
  async send(frames: Uint8Array[]): Promise<void> {
    const last = frames.length - 1;
    await this.#writer.write(concat(frames.map((body, index) => frame(index < last ? more : 0, body))));
  }

  /** The arriving messages, each as a list of frames, until the peer or this side closes the connection. */
  async *messages(): AsyncGenerator<Uint8Array[]> {
    try {
      let frames: Uint8Array[] = [];
      while (true) {
        const { flags, body } = await this.#readFrame();
        if (flags & command) continue;
        frames.push(body);
        if (flags & more) continue;
        yield frames;
        frames = [];
      }
    } catch (error) {
      // A peer that exits closes the connection or resets it.
      const ended = error instanceof EndOfStream || error instanceof Deno.errors.ConnectionReset;
      if (!this.#closed && !ended) throw error;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#writer.closed.catch(() => {}); // closing rejects pending writes
    try {
      this.#connection.close();
    } catch {
      // already closed, as the peer has exited
    }
  }

  async #readFrame(): Promise<{ flags: number; body: Uint8Array }> {
    const flags = (await this.#read(1))[0] ?? 0;
    const size = await this.#read(flags & long ? 8 : 1);
    const length = size.reduce((sum, byte) => sum * 256 + byte, 0);
    return { flags, body: await this.#read(length) };
  }
}

class EndOfStream extends Error {}

function frame(flags: number, body: Uint8Array): Uint8Array {
  if (body.length < 256) return concat([new Uint8Array([flags, body.length]), body]);
  const head = new DataView(new ArrayBuffer(9));
  head.setUint8(0, flags | long);
  head.setBigUint64(1, BigInt(body.length));
  return concat([new Uint8Array(head.buffer), body]);
}

/** READY with its properties: the length of a name has one byte, that of a value four. */
function readyCommand(properties: Record<string, string>): Uint8Array {
  const encoder = new TextEncoder();
  const named = (text: string) => concat([new Uint8Array([text.length]), encoder.encode(text)]);
  const parts = Object.entries(properties).flatMap(([name, value]) => {
    const bytes = encoder.encode(value);
    return [named(name), new Uint8Array([0, 0, 0, bytes.length]), bytes];
  });
  return concat([named("READY"), ...parts]);
}

/** A function that reads exactly `length` bytes, and throws EndOfStream if the stream ends before. */
function exactReader(stream: ReadableStream<Uint8Array>): (length: number) => Promise<Uint8Array> {
  const reader = stream.getReader();
  let rest: Uint8Array = new Uint8Array();
  return async (length) => {
    const chunks = [rest];
    let have = rest.length;
    while (have < length) {
      const { value, done } = await reader.read();
      if (done) throw new EndOfStream("The connection was closed.");
      chunks.push(value);
      have += value.length;
    }
    const all = chunks.length === 1 ? rest : concat(chunks);
    rest = all.subarray(length);
    return all.subarray(0, length);
  };
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
