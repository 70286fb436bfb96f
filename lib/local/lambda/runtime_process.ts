/** The process of a runtime and its function: its output in lines, its memory, its halts and its end. */
import { statfsSync } from "node:fs";
import { readLines } from "../lines.ts";
import { megabytes } from "../process_memory.ts";
import type { Storage } from "./storage_watch.ts";

/** The command that starts a runtime. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All variables: none are inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** What it reads on its standard input. */
  readonly input?: string;
  /** The size of its `/tmp` in megabytes, where that is a file system of its own in memory. */
  readonly tmpInMemory?: number;
  /** Folders that it writes to, and that the file system does not limit itself. */
  readonly storages?: readonly Storage[];
}

const MEGABYTE = 2 ** 20;

/** How long output that the runtime says to have written is waited for. */
const OUTPUT_MS = 1000;

export class RuntimeProcess {
  /** Its exit status, after all of its output was read. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #process: Deno.ChildProcess;
  /** From standard output. */
  #bytesRead = 0;
  #onRead: (() => void) | undefined;

  /** @throws Error when the program cannot be started */
  constructor(readonly command: Command, onLine: (line: string) => void) {
    const { program, args, cwd, env, input } = command;
    this.#process = new Deno.Command(program, {
      args: [...args],
      cwd,
      env: { ...env },
      clearEnv: true,
      stdin: input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (input !== undefined) void this.#write(input);
    const { status, stdout, stderr } = this.#process;
    // A carriage return stands for a line break within one message.
    const onMessage = (line: string) => onLine(line.replaceAll("\r", "\n"));
    const onBytes = (count: number) => {
      this.#bytesRead += count;
      this.#onRead?.();
    };
    this.ended = Promise.all([status, readLines(stdout, onMessage, onBytes), readLines(stderr, onMessage)])
      .then(([status]) => status);
  }

  get pid(): number {
    return this.#process.pid;
  }

  kill(): void {
    this.#signal("SIGKILL");
  }

  /** Halts it: it keeps its memory and connections, and takes no processor time. */
  freeze(): void {
    this.#signal("SIGSTOP");
  }

  thaw(): void {
    this.#signal("SIGCONT");
  }

  /** Resolves when this many bytes of standard output were read, the process has ended, or none came for long. */
  async outputRead(bytes: number): Promise<void> {
    if (this.#bytesRead >= bytes) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onRead = () => this.#bytesRead >= bytes && resolve();
    const timer = setTimeout(resolve, OUTPUT_MS);
    await Promise.race([promise, this.#process.status]);
    clearTimeout(timer);
    this.#onRead = undefined;
  }

  /** Resident memory in megabytes: current (`VmRSS`) or peak (`VmHWM`); undefined where there is no /proc. */
  megabytes(field: "VmRSS" | "VmHWM"): number | undefined {
    return megabytes(this.pid, field);
  }

  /** What its `/tmp` takes of the memory, in megabytes: 0 where it is no file system of its own. */
  tmpMegabytes(): number {
    if (this.command.tmpInMemory === undefined) return 0;
    try {
      const { blocks, bfree, bsize } = statfsSync(`/proc/${this.pid}/root/tmp`);
      // Before it enters its root it sees the machine's.
      const isOwn = blocks * bsize === this.command.tmpInMemory * MEGABYTE;
      return isOwn ? (blocks - bfree) * bsize / MEGABYTE : 0;
    } catch {
      return 0; // it has ended
    }
  }

  #signal(name: Deno.Signal): void {
    try {
      this.#process.kill(name);
    } catch {
      // It ended by itself.
    }
  }

  async #write(input: string): Promise<void> {
    const writer = this.#process.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode(input));
      await writer.close();
    } catch {
      // It ended before it read all.
    }
  }
}
