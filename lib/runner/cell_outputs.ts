/** Turns the kernel's output messages into the outputs of a notebook's cells. */
import type { MediaBundle } from "../display/show.ts";
import type { JupyterMessage } from "./jupyter_message.ts";
import { type CodeCell, joined, type Output } from "./notebook.ts";

type Shown = { data: MediaBundle; metadata: Record<string, unknown> };

export class CellOutputs {
  /** The outputs of each display id, in any cell: an update changes all of them. */
  readonly #displays = new Map<string, Shown[]>();
  #cell: CodeCell | undefined;
  #clearBeforeNext = false;

  /** Clears this cell's outputs and directs the following ones to it. */
  begin(cell: CodeCell): void {
    cell.outputs = [];
    cell.execution_count = null;
    this.#cell = cell;
    this.#clearBeforeNext = false;
  }

  /** Handles a message of the output channel; messages that are not outputs are ignored. */
  take({ header, content }: JupyterMessage): void {
    switch (header.msg_type) {
      case "stream":
        return this.#addStream(content.name === "stderr" ? "stderr" : "stdout", String(content.text));
      case "display_data":
        return this.#addShown({ output_type: "display_data", ...shown(content) }, displayId(content));
      case "execute_result":
        return this.#addShown(
          {
            output_type: "execute_result",
            execution_count: Number(content.execution_count),
            ...shown(content),
          },
          displayId(content),
        );
      case "update_display_data":
        for (const output of this.#displays.get(displayId(content) ?? "") ?? []) {
          Object.assign(output, shown(content));
        }
        return;
      case "error":
        return this.#add({
          output_type: "error",
          ename: String(content.ename),
          evalue: String(content.evalue),
          traceback: content.traceback as string[],
        });
      case "clear_output":
        if (content.wait) this.#clearBeforeNext = true;
        else this.#clear();
        return;
    }
  }

  #add(output: Output): void {
    if (this.#clearBeforeNext) this.#clear();
    this.#cell?.outputs.push(output);
  }

  #addShown(output: Output & Shown, id: string | undefined): void {
    this.#add(output);
    if (id !== undefined) this.#displays.set(id, [...(this.#displays.get(id) ?? []), output]);
  }

  /** Text is appended to the preceding text of the same stream. */
  #addStream(name: "stdout" | "stderr", text: string): void {
    if (this.#clearBeforeNext) this.#clear();
    const last = this.#cell?.outputs.at(-1);
    if (last?.output_type === "stream" && last.name === name) last.text = joined(last.text) + text;
    else this.#add({ output_type: "stream", name, text });
  }

  #clear(): void {
    this.#clearBeforeNext = false;
    if (this.#cell) this.#cell.outputs = [];
  }
}

function shown(content: Record<string, unknown>): Shown {
  return { data: content.data as MediaBundle, metadata: (content.metadata ?? {}) as Record<string, unknown> };
}

function displayId(content: Record<string, unknown>): string | undefined {
  return (content.transient as { display_id?: string } | undefined)?.display_id;
}
