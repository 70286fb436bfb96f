/**
 * Ends the processes of functions when this program is killed. Idle ones notice that the Runtime API is gone; busy ones
 * do not. A shell reads process ids from a pipe: when the pipe closes, it kills those on the last line.
 */
const SCRIPT = `trap "" INT TERM HUP
while read -r line; do pids=$line; done
[ -z "$pids" ] || kill -9 $pids 2>/dev/null
exit 0`;

export class Reaper {
  #shell: Deno.ChildProcess | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;

  /** Replaces the list of processes that must end with this one. */
  watch(pids: readonly number[]): void {
    if (!this.#writer) {
      this.#shell = new Deno.Command("sh", {
        args: ["-c", SCRIPT],
        stdin: "piped",
        stdout: "null",
        stderr: "null",
      }).spawn();
      this.#writer = this.#shell.stdin.getWriter();
    }
    this.#writer.write(new TextEncoder().encode(pids.join(" ") + "\n")).catch(() => {
      // Somebody killed the shell: the next call starts a new one.
      this.#writer = undefined;
    });
  }

  /** Ends the shell. */
  async stop(): Promise<void> {
    await this.#writer?.close().catch(() => {});
    await this.#shell?.status;
    this.#writer = this.#shell = undefined;
  }
}
