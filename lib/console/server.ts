/** The console's server, on 127.0.0.1 only. */
import type { Aws } from "../aws/clients.ts";
import { createConsole } from "./app.ts";
import { bundlePages } from "./assets.ts";

export interface RunningConsole {
  port: number;
  /** A link that admits the one browser that opens it first. */
  newLink(): string;
  /** Ends the streams of all browsers too. */
  close(): Promise<void>;
}

/**
 * Starts the console.
 * @param port 0 picks a free one
 * @param definitions the folder of the files that the editor opens and saves; the project's by default
 * @throws Error that names SCONES_CONSOLE_PORT when the port is in use
 */
export async function startConsole(aws: Aws, port: number, definitions?: string): Promise<RunningConsole> {
  let server: Deno.HttpServer<Deno.NetAddr>;
  const app = createConsole(aws, await bundlePages(), () => server.addr.port, definitions);
  const closing = new AbortController();
  try {
    server = Deno.serve(
      { hostname: "127.0.0.1", port, signal: closing.signal, onListen() {} },
      (request) => app.fetch(request),
    );
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new Error(
      `Port ${port} of 127.0.0.1 is in use, perhaps by another console. Set SCONES_CONSOLE_PORT to a free port, or to ` +
        "0 to have one picked.",
      { cause },
    );
  }
  return {
    port: server.addr.port,
    newLink: () => `http://127.0.0.1:${server.addr.port}${app.newLink()}`,
    async close() {
      closing.abort();
      await server.finished;
    },
  };
}
