/**
 * The local AWS as a program:
 * `main.ts --state-dir DIR --port PORT [--idle-minutes N] [--log-requests] [--require-signatures] [--strict]
 * [--quotas JSON]`.
 * Prints its endpoint, writes it to `local.json` in the state directory, and stops on SIGINT, SIGTERM or after N
 * minutes without a request. With --log-requests it prints a line for each request.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startLocalAws } from "./server.ts";

const { values } = parseArgs({
  options: {
    "state-dir": { type: "string", default: ".scones" },
    port: { type: "string", default: "4566" },
    "idle-minutes": { type: "string" },
    "log-requests": { type: "boolean", default: false },
    "require-signatures": { type: "boolean", default: false },
    "role-propagation-seconds": { type: "string" },
    strict: { type: "boolean", default: false },
    quotas: { type: "string", default: "{}" },
  },
});
const stateDir = resolve(values["state-dir"]);
const idleMilliseconds = values["idle-minutes"] ? Number(values["idle-minutes"]) * 60_000 : Infinity;
let lastRequest = Date.now();

// Work that no request waits for reports its own faults (`Core.fault`). Should an error escape, the others' work goes on.
for (const kind of ["unhandledrejection", "error"] as const) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    console.error("Unexpected:", event instanceof PromiseRejectionEvent ? event.reason : event.error);
  });
}

try {
  const aws = await startLocalAws({
    stateDir,
    port: Number(values.port),
    region: Deno.env.get("AWS_REGION") ?? Deno.env.get("AWS_DEFAULT_REGION") ?? "us-east-1",
    requireSignatures: values["require-signatures"],
    rolePropagationSeconds: values["role-propagation-seconds"] === undefined
      ? undefined
      : Number(values["role-propagation-seconds"]),
    strict: values.strict,
    quotas: JSON.parse(values.quotas),
    onRequest: values["log-requests"] ? console.log : undefined,
    around: (handle) => (request) => {
      lastRequest = Date.now();
      return handle(request);
    },
  });
  const file = join(stateDir, "local.json");
  const { endpoint, port, id } = aws;
  const chosen = { requireSignatures: values["require-signatures"], strict: values.strict };
  const noted = { endpoint, port, pid: Deno.pid, id, ...chosen };
  // Removed first: the mode is that of a new file. Whoever can read it may stop the server.
  await Deno.remove(file).catch(() => {});
  Deno.writeTextFileSync(file, JSON.stringify(noted), { mode: 0o600 });
  console.log(`The local AWS listens on ${aws.endpoint}, state in ${stateDir}`);

  let stopping = false;
  const stop = async (why: string) => {
    if (stopping) return;
    stopping = true;
    console.log(`The local AWS is stopping: ${why}`);
    await aws.stop();
    await Deno.remove(file).catch(() => {});
    Deno.exit(0);
  };
  Deno.addSignalListener("SIGINT", () => stop("interrupted"));
  Deno.addSignalListener("SIGTERM", () => stop("terminated"));
  setInterval(() => {
    if (Date.now() - lastRequest > idleMilliseconds && !aws.busy()) {
      stop(`idle for ${values["idle-minutes"]} minutes`);
    }
  }, 10_000);
} catch (error) {
  const inUse = error instanceof Deno.errors.AddrInUse;
  console.error(
    inUse
      ? `Port ${values.port} of 127.0.0.1 is in use by another program. Set SCONES_PORT to a free port, or to 0 to have one picked.`
      : error instanceof Error
      ? error.message
      : error,
  );
  Deno.exit(1);
}
