/** Writes down what goes over the wire: one JSON line per request and its response. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Handler } from "../../lib/local/server.ts";

/** Longer bodies (pictures, models) are cut: no message that a service model describes is as long. */
const MAX_BODY_BYTES = 2_000_000;

export interface Recorder {
  /** For `startLocalAws({around})`. */
  around(handle: Handler): Handler;
  /** Where the exchanges go from now on, into an emptied file; nowhere without one. What came before is written first. */
  recordTo(file?: string): Promise<void>;
}

export function createRecorder(): Recorder {
  let file: number | undefined;
  const pending = new Set<Promise<void>>();
  return {
    around: (handle) => async (request) => {
      if (file === undefined) return await handle(request);
      const to = file;
      const [copy, own] = twice(request);
      // Read from the start: a body of two readers can be cancelled by one only when the other is through.
      const sent = bodyOf(copy);
      const handled = Promise.resolve(handle(own));
      const answer = handled.then((response) => response.clone());
      const writing = write(to, copy, sent, answer).finally(() => pending.delete(writing));
      pending.add(writing);
      return await handled;
    },
    async recordTo(path) {
      while (pending.size > 0) await Promise.all(pending);
      if (file !== undefined) closeSync(file);
      file = path === undefined ? undefined : openSync(path, "w");
    },
  };
}

/** Not `clone()`, which would make Deno abort the request's signal when it has been answered. */
function twice(request: Request): [Request, Request] {
  const { url, method, headers } = request;
  const [first, second] = request.body?.tee() ?? [];
  return [
    new Request(url, { method, headers, body: first }),
    new Request(url, { method, headers, body: second }),
  ];
}

async function write(
  file: number,
  request: Request,
  sentBody: Promise<string | undefined>,
  answer: Promise<Response>,
): Promise<void> {
  const response = await answer;
  const [sent, answered] = await Promise.all([sentBody, bodyOf(response)]);
  if (sent === undefined || answered === undefined) return;
  const exchange = {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    body: sent,
    response: { status: response.status, headers: Object.fromEntries(response.headers), body: answered },
  };
  writeSync(file, JSON.stringify(exchange) + "\n");
}

/** Base64; absent when the peer went away before the end. */
async function bodyOf(message: Request | Response): Promise<string | undefined> {
  try {
    return (await message.bytes()).subarray(0, MAX_BODY_BYTES).toBase64();
  } catch {
    return undefined;
  }
}
