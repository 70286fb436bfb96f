/** The notebook format, version 4 (https://nbformat.readthedocs.io/en/latest/format_description.html). */
import type { MediaBundle } from "../display/show.ts";

export interface Notebook {
  nbformat: 4;
  nbformat_minor: number;
  metadata: Record<string, unknown>;
  cells: Cell[];
}

export interface CellBase {
  id: string;
  metadata: Record<string, unknown> & { tags?: string[] };
  source: string | string[];
}

export interface CodeCell extends CellBase {
  cell_type: "code";
  execution_count: number | null;
  outputs: Output[];
}

export interface TextCell extends CellBase {
  cell_type: "markdown" | "raw";
  attachments?: Record<string, Record<string, string>>;
}

export type Cell = CodeCell | TextCell;

export interface StreamOutput {
  output_type: "stream";
  name: "stdout" | "stderr";
  text: string | string[];
}

export interface ErrorOutput {
  output_type: "error";
  ename: string;
  evalue: string;
  traceback: string[];
}

export interface DisplayOutput {
  output_type: "display_data";
  data: MediaBundle;
  metadata: Record<string, unknown>;
}

export interface ResultOutput {
  output_type: "execute_result";
  execution_count: number | null;
  data: MediaBundle;
  metadata: Record<string, unknown>;
}

export type Output = StreamOutput | ErrorOutput | DisplayOutput | ResultOutput;

/**
 * Reads a notebook. Cells without an id, which versions before 4.5 allowed, get one.
 * @throws Error if the file is not a notebook of version 4
 */
export async function readNotebook(path: string): Promise<Notebook> {
  const notebook = parse(await Deno.readTextFile(path));
  if (notebook?.nbformat !== 4 || !Array.isArray(notebook.cells)) {
    throw new Error(
      `${path} is not a notebook of format 4. Save it with a current version of Jupyter or VS Code.`,
    );
  }
  for (const cell of notebook.cells) cell.id ??= crypto.randomUUID().slice(0, 8);
  return { ...notebook, nbformat_minor: Math.max(5, notebook.nbformat_minor) };
}

function parse(text: string): Notebook | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes a notebook as Jupyter does: indented by one space, with a newline at the end. */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(notebook, null, 1) + "\n");
}

/** A text of the format, which is either a string or a list of lines. */
export function joined(text: string | string[]): string {
  return typeof text === "string" ? text : text.join("");
}

/** The outputs of all cells with a tag. */
export function outputsOf({ cells }: Notebook, tag: string): Output[] {
  return cells.flatMap((cell) =>
    cell.cell_type === "code" && cell.metadata.tags?.includes(tag) ? cell.outputs : []
  );
}

/** The title of the notebook: its first heading of the first level. */
export function titleOf({ cells }: Notebook): string | undefined {
  const texts = cells.filter((cell) => cell.cell_type === "markdown").map(({ source }) => joined(source));
  return texts.map((text) => text.match(/^# +(.+)$/m)?.[1]?.trim()).find((title) => title !== undefined);
}
