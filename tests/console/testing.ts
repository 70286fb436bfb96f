/** A console on a local AWS of its own, and requests as a browser of the console's sends them. */
import { join } from "node:path";
import { type Aws, connect } from "../../lib/aws/clients.ts";
import { type RunningConsole, startConsole } from "../../lib/console/server.ts";
import { readSettings } from "../../lib/settings.ts";
import { stopBundler } from "../../lib/workflow/bundle.ts";
import { withLocalAws } from "../local/testing.ts";

export interface TestConsole extends RunningConsole {
  aws: Aws;
  /** Of the files that the editor opens and saves. */
  definitions: string;
  /** `http://127.0.0.1:<port>` */
  origin: string;
  /** A request with the cookie of a browser that has opened a link. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** Starts a local AWS and a console, runs `body`, and ends both. */
export async function withConsole(
  body: (console: TestConsole) => Promise<void>,
  variables: Record<string, string> = {},
): Promise<void> {
  await withLocalAws(async ({ endpoint, stateDir }) => {
    const aws = await connect(
      readSettings({ AWS_ENDPOINT_URL: endpoint, SCONES_STATE_DIR: stateDir, ...variables }),
    );
    const definitions = join(stateDir, "definitions");
    await Deno.mkdir(definitions);
    const running = await startConsole(aws, 0, definitions);
    const origin = `http://127.0.0.1:${running.port}`;
    try {
      const cookie = await admitted(running);
      const request = (path: string, init: RequestInit = {}) =>
        fetch(origin + path, { redirect: "manual", ...init, headers: { cookie, ...init.headers } });
      await body({ ...running, aws, definitions, origin, request });
    } finally {
      await running.close();
      aws.close();
      await stopBundler();
    }
  });
}

/** Opens a new link, and keeps the cookie as a browser does. */
export async function admitted(running: Pick<RunningConsole, "newLink">): Promise<string> {
  const response = await fetch(running.newLink(), { redirect: "manual" });
  await response.body?.cancel();
  return response.headers.get("set-cookie")!.split(";")[0]!;
}

/** The first value of a stream that is wanted. @throws Error with what the stream said when it tells of a failure */
export async function firstValue<T>(
  { request }: Pick<TestConsole, "request">,
  path: string,
  isWanted: (value: T) => boolean = () => true,
): Promise<T> {
  const closing = new AbortController();
  const response = await request(path, { signal: closing.signal });
  let text = "";
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    const events = text.split("\n\n").slice(0, -1).filter((event) => event.startsWith("event: value"));
    const found = events.map((event): T => JSON.parse(event.slice(event.indexOf("data: ") + 6))).findLast(
      isWanted,
    );
    if (found !== undefined) {
      closing.abort();
      return found;
    }
    if (text.includes("event: failure")) throw new Error(text);
  }
  throw new Error(`${path} has ended: ${text}`);
}
