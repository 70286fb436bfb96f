/** A client of a Deno kernel: starts `deno jupyter --kernel`, speaks the Jupyter protocol with it, and ends it. */
import { createServer } from "node:net";
import { stripVTControlCharacters } from "node:util";
import { decodeMessage, encodeMessage, type JupyterMessage, newMessage } from "./jupyter_message.ts";
import { ZmtpSocket } from "./zmtp.ts";

const hostname = "127.0.0.1";
/** The type of a message that the kernel is made to send after each cell, see `execute`. */
const fenceType = "scones_end_of_cell";

/** Makes the kernel exit when its runner has been killed. */
const endWithParent = `setInterval(() => Deno.ppid === ${Deno.pid} || Deno.exit(1), 1_000)`;

/** The kernel's process ended while it was still needed. */
export class KernelDiedError extends Error {
  override name = "KernelDiedError";
}

export interface KernelOptions {
  /** The folder in which the code runs: the notebook's, as in Jupyter. */
  cwd: string;
  /** Environment variables in addition to this process's own. */
  env?: Record<string, string>;
  /** How long the kernel has to answer its first request, in milliseconds. */
  startTimeoutMs?: number;
}

export interface ExecuteReply {
  status: "ok" | "error" | "aborted";
  execution_count: number;
  ename?: string;
  evalue?: string;
  traceback?: string[];
}

interface Sockets {
  shell: ZmtpSocket;
  control: ZmtpSocket;
  iopub: ZmtpSocket;
}

export class Kernel {
  /** The content of `kernel_info_reply` (language_info, banner, …). */
  info: Record<string, unknown> = {};
  readonly #process: Deno.ChildProcess;
  /** Rejects when the kernel has ended or sends an invalid message. */
  readonly #ended = Promise.withResolvers<never>();
  readonly #key: string;
  readonly #session = crypto.randomUUID();
  readonly #replies = new Map<string, (message: JupyterMessage) => void>();
  #sockets: Sockets | undefined;
  #onOutput: (message: JupyterMessage) => void = () => {};

  private constructor(process: Deno.ChildProcess, key: string) {
    this.#process = process;
    this.#key = key;
    this.#ended.promise.catch(() => {}); // it always rejects in the end, which matters only to those who await it
    this.#watch();
  }

  /**
   * Starts a kernel and waits until it answers.
   * @throws KernelDiedError if it ends early; Error if it does not answer in time
   */
  static async start({ cwd, env = {}, startTimeoutMs = 30_000 }: KernelOptions): Promise<Kernel> {
    const connection = await newConnection();
    const folder = await Deno.makeTempDir({ prefix: "scones-kernel-" });
    try {
      const file = `${folder}/connection.json`;
      await Deno.writeTextFile(file, JSON.stringify(connection), { mode: 0o600 });
      const process = new Deno.Command(Deno.execPath(), {
        args: ["jupyter", "--kernel", "--conn", file],
        cwd,
        env,
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      const kernel = new Kernel(process, connection.key);
      const tooLate = timeout(
        startTimeoutMs,
        `The Deno kernel did not answer within ${startTimeoutMs / 1000} s.`,
      );
      try {
        await Promise.race([kernel.#connect(connection), kernel.#ended.promise, tooLate.promise]);
        await kernel.#executeRequest(endWithParent, true);
      } catch (error) {
        await kernel.shutdown(0);
        throw error;
      } finally {
        tooLate.cancel();
      }
      return kernel;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Runs code, passes every message of the output channel to `onMessage` in order, and resolves when the kernel has replied
   * and all outputs of the code have arrived.
   * @throws KernelDiedError if the kernel ends before
   */
  async execute(code: string, onMessage: (message: JupyterMessage) => void): Promise<ExecuteReply> {
    const fence = Promise.withResolvers<void>();
    this.#onOutput = (message) =>
      message.header.msg_type === fenceType ? fence.resolve() : onMessage(message);
    try {
      const reply = await this.#executeRequest(code, false);
      // The Deno kernel replies, and says that it is idle, while outputs are still queued. They stay in order, so another
      // message after them tells when all have arrived.
      await this.#executeRequest(`await Deno.jupyter.broadcast("${fenceType}", {})`, true);
      await Promise.race([fence.promise, this.#ended.promise]);
      return reply.content as unknown as ExecuteReply;
    } finally {
      this.#onOutput = () => {};
    }
  }

  /**
   * Interrupts the kernel as Jupyter does, by SIGINT: work that listens for it stops; if nothing listens, the kernel ends.
   */
  interrupt(): void {
    this.#signal("SIGINT");
  }

  /**
   * Shuts the kernel down, and kills it if it has not ended after `patienceMs`, since a kernel in a busy loop does not
   * react. Can be called more than once.
   */
  async shutdown(patienceMs = 2_000): Promise<void> {
    const control = this.#sockets?.control;
    if (control) this.#request(control, "shutdown_request", { restart: false }).catch(() => {});
    const timer = setTimeout(() => this.#signal("SIGKILL"), control ? patienceMs : 0);
    await this.#process.status;
    clearTimeout(timer);
    for (const socket of Object.values(this.#sockets ?? {})) socket.close();
    this.#sockets = undefined;
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#process.kill(signal);
    } catch {
      // it has already ended
    }
  }

  async #connect(connection: Connection): Promise<void> {
    const dealer = { type: "DEALER", identity: this.#session } as const;
    const [shell, control, iopub] = await Promise.all([
      connectPatiently({ hostname, port: connection.shell_port, ...dealer }, this.#ended.promise),
      connectPatiently({ hostname, port: connection.control_port, ...dealer }, this.#ended.promise),
      connectPatiently({ hostname, port: connection.iopub_port, type: "SUB" }, this.#ended.promise),
    ]);
    this.#sockets = { shell, control, iopub };
    for (
      const receiving of [
        this.#receiveReplies(shell),
        this.#receiveReplies(control),
        this.#receiveOutputs(iopub),
      ]
    ) {
      receiving.catch(this.#ended.reject);
    }
    // The subscription takes effect with a delay: only once an output has arrived, all following ones will.
    const heard = Promise.withResolvers<boolean>();
    this.#onOutput = () => heard.resolve(true);
    do {
      this.info = (await this.#request(shell, "kernel_info_request", {})).content;
    } while (!await Promise.race([heard.promise, sleep(100), this.#ended.promise]));
  }

  async #executeRequest(code: string, silent: boolean): Promise<JupyterMessage> {
    if (!this.#sockets) throw new KernelDiedError("The Deno kernel has been shut down.");
    const content = {
      code,
      silent,
      store_history: !silent,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    return await Promise.race([
      this.#request(this.#sockets.shell, "execute_request", content),
      this.#ended.promise,
    ]);
  }

  async #request(
    socket: ZmtpSocket,
    type: string,
    content: Record<string, unknown>,
  ): Promise<JupyterMessage> {
    const message = newMessage(type, content, this.#session);
    const reply = new Promise<JupyterMessage>((resolve) => this.#replies.set(message.header.msg_id, resolve));
    await socket.send(encodeMessage(message, this.#key));
    return await reply;
  }

  async #receiveReplies(socket: ZmtpSocket): Promise<void> {
    for await (const frames of socket.messages()) {
      const message = decodeMessage(frames, this.#key);
      const id = message.parent_header.msg_id ?? "";
      this.#replies.get(id)?.(message);
      this.#replies.delete(id);
    }
  }

  async #receiveOutputs(socket: ZmtpSocket): Promise<void> {
    for await (const frames of socket.messages()) this.#onOutput(decodeMessage(frames, this.#key));
  }

  /** Waits for the process to end, and reports it with the end of its stderr, which most often has the reason. */
  async #watch(): Promise<void> {
    const stderr = this.#process.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let tail = "";
    const reading = (async () => {
      for (let chunk = await stderr.read(); !chunk.done; chunk = await stderr.read()) {
        tail = (tail + chunk.value).slice(-2_000);
      }
    })();
    const { signal, code } = await this.#process.status;
    await Promise.race([reading, sleep(200)]); // a process started by the kernel may keep stderr open
    await stderr.cancel();
    const how = signal ? `by ${signal}` : `with status ${code}`;
    this.#ended.reject(
      new KernelDiedError(`The Deno kernel ended ${how}. ${stripVTControlCharacters(tail)}`.trim()),
    );
  }
}

/** Connects, and retries until the other side listens. */
async function connectPatiently(options: Parameters<typeof ZmtpSocket.connect>[0], ended: Promise<never>) {
  while (true) {
    try {
      return await ZmtpSocket.connect(options);
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await Promise.race([sleep(20), ended]);
    }
  }
}

type Connection = Awaited<ReturnType<typeof newConnection>>;

/** Connection data with five free ports: in this protocol the client chooses them. */
async function newConnection() {
  const servers = Array.from({ length: 5 }, () => createServer().listen(0, hostname));
  await Promise.all(
    servers.map((server) =>
      new Promise((resolve, reject) => server.on("listening", resolve).on("error", reject))
    ),
  );
  const [shell_port, control_port, iopub_port, stdin_port, hb_port] = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address ? address.port : 0;
  }) as [number, number, number, number, number];
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return {
    transport: "tcp",
    ip: hostname,
    shell_port,
    control_port,
    iopub_port,
    stdin_port,
    hb_port,
    signature_scheme: "hmac-sha256",
    key: crypto.randomUUID(),
  };
}

function sleep(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));
}

function timeout(milliseconds: number, message: string): { promise: Promise<never>; cancel(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(message)), milliseconds);
  return { promise, cancel: () => clearTimeout(timer) };
}
