/** Notebooks for tests. */
import type { CodeCell, Notebook, Output, TextCell } from "../../lib/runner/notebook.ts";

export function code(source: string, options: { tags?: string[]; outputs?: Output[] } = {}): CodeCell {
  const { tags, outputs = [] } = options;
  const id = crypto.randomUUID().slice(0, 8);
  return { cell_type: "code", id, metadata: tags ? { tags } : {}, execution_count: null, outputs, source };
}

export function text(source: string): TextCell {
  return { cell_type: "markdown", id: crypto.randomUUID().slice(0, 8), metadata: {}, source };
}

export function notebookOf(...cells: (CodeCell | TextCell)[]): Notebook {
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
}

/** Calls `use` with a folder of its own that is removed afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Whether a process with this id runs. */
export function isRunning(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}
