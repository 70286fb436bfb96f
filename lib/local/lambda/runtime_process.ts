/** The process of a runtime and its function: its output in lines, its memory and its end. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The command that starts a runtime. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All variables: none are inherited. */
  readonly env: Readonly<Record<string, string>>;
}

export class RuntimeProcess {
  /** Its exit status, after all of its output was read. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #process: Deno.ChildProcess;
  /** From standard output. */
  #bytesRead = 0;
  #onRead: (() => void) | undefined;

  /** @throws Error when the program cannot be started */
  constructor({ program, args, cwd, env }: Command, readonly onLine: (line: string) => void) {
    this.#process = new Deno.Command(program, {
      args: [...args],
      cwd,
      env: { ...env },
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { status, stdout, stderr } = this.#process;
    this.ended = Promise.all([status, this.#read(stdout, true), this.#read(stderr, false)])
      .then(([status]) => status);
  }

  get pid(): number {
    return this.#process.pid;
  }

  kill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It ended by itself.
    }
  }

  /** Resolves when this many bytes of standard output were read, or the process has ended. */
  async outputRead(bytes: number): Promise<void> {
    if (this.#bytesRead >= bytes) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onRead = () => {
      if (this.#bytesRead < bytes) return;
      this.#onRead = undefined;
      resolve();
    };
    await Promise.race([promise, this.#process.status]);
  }

  /** Resident memory in megabytes: current (`VmRSS`) or peak (`VmHWM`); undefined where there is no /proc. */
  megabytes(field: "VmRSS" | "VmHWM"): number | undefined {
    try {
      const status = readFileSync(join("/proc", String(this.pid), "status"), "utf8");
      const kilobytes = status.match(new RegExp(`^${field}:\\s+(\\d+) kB`, "m"))?.[1];
      return kilobytes === undefined ? undefined : Math.ceil(Number(kilobytes) / 1024);
    } catch {
      return undefined;
    }
  }

  async #read(stream: ReadableStream<Uint8Array>, counted: boolean): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!;
      // A carriage return stands for a line break within one message.
      for (const line of lines) this.onLine(line.replaceAll("\r", "\n"));
      if (counted) {
        this.#bytesRead += chunk.length;
        this.#onRead?.();
      }
    }
    if (rest) this.onLine(rest);
  }
}
