/**
 * The functions' port of 127.0.0.1. Functions are other people's code, so this listener bounds what a connection may cost:
 * how many there are, and how long one stays open on which nothing comes. Deno.serve cannot, Node's server can.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Handler, type Listener, RequestsUnderWay } from "./listener.ts";

export interface ConnectionLimits {
  /** Further connections are closed at once. */
  readonly connections: number;
  /** Until the headers of a request have come. */
  readonly headersMs: number;
  /** Until the whole request has come. */
  readonly requestMs: number;
  /** Between two requests. */
  readonly idleMs: number;
}

const LIMITS: ConnectionLimits = {
  connections: 500,
  headersMs: 20_000,
  requestMs: 300_000,
  idleMs: 120_000,
};

export class GuardedListener implements Listener {
  readonly port: number;
  readonly endpoint: string;
  readonly #requests = new RequestsUnderWay();
  readonly #server: Server;

  private constructor(server: Server, handle: Handler) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.endpoint = `http://127.0.0.1:${this.port}`;
    server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) => {
      const request = toRequest(incoming, this.endpoint);
      if (this.#requests.areRefused || !request) {
        return outgoing.writeHead(request ? 503 : 400, { connection: "close" }).end();
      }
      const answer = Promise.resolve(handle(request));
      // A client that has gone away needs no answer.
      const delivered = answer.then((response) => send(response, outgoing)).catch(() => outgoing.destroy());
      this.#requests.add(answer, delivered).catch(() => {});
    });
  }

  /** Listens on a free port. */
  static async open(handle: Handler, limits: ConnectionLimits = LIMITS): Promise<GuardedListener> {
    const server = createServer({
      headersTimeout: limits.headersMs,
      keepAliveTimeout: limits.idleMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(limits.headersMs, 5000),
    });
    server.maxConnections = limits.connections;
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return new GuardedListener(server, handle);
  }

  async drain(): Promise<void> {
    await this.#requests.drain();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    await this.#requests.areHandled();
  }
}

/** The parts of a Request that the gateway uses, undefined when it asks for no path of this server. */
function toRequest(incoming: IncomingMessage, endpoint: string): Request | undefined {
  const headers = new Headers();
  const { rawHeaders, method, url: path = "" } = incoming;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index]!, rawHeaders[index + 1]!);
  }
  // As it was sent: a Request would resolve the `..` in a key.
  const url = `http://${headers.get("host") ?? new URL(endpoint).host}${path}`;
  if (!path.startsWith("/") || !URL.canParse(url)) return undefined;
  const hasBody = headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) > 0;
  const body = hasBody ? bodyOf(incoming) : null;
  const request: Pick<Request, "method" | "url" | "headers" | "body" | "bodyUsed" | "bytes"> = {
    method: method!,
    url,
    headers,
    body,
    get bodyUsed() {
      return body?.locked ?? false;
    },
    bytes: () => new Response(body).bytes(),
  };
  return request as Request;
}

/** One that is cancelled is read to its end and dropped: closing the connection would keep the answer from arriving. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks = incoming.iterator({ destroyOnReturn: false });
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void incoming.resume(),
  }, { highWaterMark: 0 });
}

async function send({ status, headers, body }: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(status, Object.fromEntries(headers));
  // Not pipeline(), which takes longer than all the rest of a small answer.
  for await (const chunk of body ?? []) {
    if (outgoing.destroyed) return; // leaving the loop cancels the body
    if (!outgoing.write(chunk)) await drained(outgoing);
  }
  outgoing.end();
}

/** Until more can be written, or the client has gone away. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off("drain", done).off("close", done);
      resolve();
    };
    outgoing.on("drain", done).on("close", done);
  });
}
