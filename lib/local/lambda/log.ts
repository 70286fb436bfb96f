/** What an execution environment writes to CloudWatch Logs, in Lambda's text format. */
import type { Core } from "../core.ts";
import type { Principal } from "../operation.ts";
import type { Version } from "./function_version.ts";
import { nodeMajor, runtimeVersionArn } from "./runtimes.ts";

/** LogResult contains the last 4 KB of an invocation's lines. */
const TAIL_BYTES = 4096;
/** Lines are buffered up to this number and length, so that a chatty function does not fill the memory. */
const MAX_WAITING = 250;
const MAX_WAITING_LENGTH = 2 ** 18;

export class Log {
  readonly stream: string;
  readonly #allowed: boolean;
  #waiting: string[] = [];
  #waitingLength = 0;
  #tail = "";

  constructor(readonly core: Core, principal: Principal, readonly version: Version) {
    const day = new Date(core.now()).toISOString().slice(0, 10).replaceAll("-", "/");
    const id = crypto.getRandomValues(new Uint8Array(16)).toHex();
    this.stream = `${day}/[${version.Version}]${id}`;
    this.#allowed = core.logs.mayWrite(principal, version.LoggingConfig.LogGroup, this.stream);
  }

  initStart(): void {
    const { Runtime } = this.version;
    this.line(
      `INIT_START Runtime Version: nodejs:${nodeMajor(Runtime)}.v1\tRuntime Version ARN: ` +
        runtimeVersionArn(Runtime, this.core.region),
    );
  }

  start(requestId: string, version: string): void {
    this.#tail = "";
    this.line(`START RequestId: ${requestId} Version: ${version}`);
  }

  line(text: string): void {
    this.#tail = (this.#tail + text.slice(-TAIL_BYTES) + "\n").slice(-TAIL_BYTES);
    this.#waiting.push(text);
    this.#waitingLength += text.length;
    if (this.#waiting.length >= MAX_WAITING || this.#waitingLength >= MAX_WAITING_LENGTH) this.flush();
  }

  /** Ends an invocation's lines with the END and REPORT lines. */
  end(requestId: string, report: string): void {
    this.line(`END RequestId: ${requestId}`);
    this.line(report);
    this.flush();
  }

  /** The last 4 KB of the latest invocation's lines, base64. */
  tail(): string {
    return new TextEncoder().encode(this.#tail).slice(-TAIL_BYTES).toBase64();
  }

  /** Writes the buffered lines to CloudWatch Logs. */
  flush(): void {
    const lines = this.#waiting;
    if (lines.length === 0) return;
    this.#waiting = [];
    this.#waitingLength = 0;
    if (!this.#allowed) return;
    try {
      this.core.logs.write(this.version.LoggingConfig.LogGroup, this.stream, lines);
    } catch (error) {
      // The lines are lost, as on a full disk, and the function goes on.
      this.core.fault(error, `The log of ${this.version.FunctionName}`);
    }
  }
}

export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  /** Megabytes. */
  readonly memorySize: number;
  readonly memoryUsed: number | undefined;
  /** Only in the first report of an environment. */
  readonly initMs: number | undefined;
  readonly status: "timeout" | "error" | undefined;
  readonly errorType: string | undefined;
}

/** The REPORT line of an invocation. */
export function report(of: Report): string {
  const duration = of.durationMs.toFixed(2);
  return [
    `REPORT RequestId: ${of.requestId}`,
    `Duration: ${duration} ms`,
    `Billed Duration: ${Math.ceil(Number(duration))} ms`,
    `Memory Size: ${of.memorySize} MB`,
    ...(of.memoryUsed === undefined ? [] : [`Max Memory Used: ${of.memoryUsed} MB`]),
    ...(of.initMs === undefined ? [] : [`Init Duration: ${of.initMs.toFixed(2)} ms`]),
    ...(of.status === undefined ? [] : [`Status: ${of.status}`]),
    ...(of.errorType === undefined ? [] : [`Error Type: ${of.errorType}`]),
  ].join("\t") + "\t";
}
