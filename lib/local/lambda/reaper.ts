/**
 * Ends the processes of functions when this program is killed and cannot do it. Idle ones notice by themselves that
 * the Runtime API is gone; one that computes does not. A shell waits at the end of a pipe: when the pipe closes, for
 * whatever reason, it kills what was on the last line.
 */
const SCRIPT = `trap "" INT TERM HUP
while read -r line; do pids=$line; done
[ -z "$pids" ] || kill -9 $pids 2>/dev/null
exit 0`;

export class Reaper {
  #shell: Deno.ChildProcess | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;

  /** The processes that are to end with this one, all of them. */
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
      // The shell was killed from outside: a new one is made for the next change.
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
