/** What notebooks show: each helper makes a Displayable, which `show` draws. Outside of a Deno kernel it prints the plain text. */
import { escapeHtml } from "./format.ts";

/** Contents of one output by MIME type: text, base64 for images, objects for JSON. */
export type MediaBundle = Record<string, string | object>;

export const summaryMime = "application/vnd.scones.summary+json";
export const noticeMime = "application/vnd.scones.notice+json";

const jupyterDisplay = Symbol.for("Jupyter.display");

export class Displayable {
  readonly #make: () => MediaBundle | Promise<MediaBundle>;

  constructor(make: () => MediaBundle | Promise<MediaBundle>) {
    this.#make = make;
  }

  /** The output's contents. */
  async bundle(): Promise<MediaBundle> {
    return await this.#make();
  }

  /** The Deno kernel calls this for the last expression of a cell. */
  [jupyterDisplay](): Promise<MediaBundle> {
    return this.bundle();
  }
}

/**
 * Draws a Displayable, or another library's object that knows how to show itself in Jupyter, and waits until it is
 * there. The kernel would draw a cell's last expression too, but only after it has said that the cell is done: when
 * all cells run, the output comes under a later one, or gets lost.
 */
export async function show(shown: object | Promise<object>): Promise<void> {
  const object = await shown;
  const bundle: unknown = Reflect.get(object, jupyterDisplay);
  if (typeof bundle !== "function") throw new TypeError("show() takes what can show itself in Jupyter.");
  await broadcast("display_data", await bundle.call(object));
  await handedOver();
}

/** A display that can be replaced in place, as a chart that grows. */
export interface Live {
  replace(content: Displayable): Promise<void>;
}

/** Shows `initial` and returns the display, whose content can be replaced. Outside of a kernel only `initial` is printed. */
export async function live(initial: Displayable): Promise<Live> {
  const display_id = crypto.randomUUID();
  await broadcast("display_data", await initial.bundle(), display_id);
  return {
    async replace(content) {
      if (inKernel()) await broadcast("update_display_data", await content.bundle(), display_id);
    },
  };
}

/** HTML, with the text for places without HTML. */
export function html(source: string, plain: string): Displayable {
  return new Displayable(() => ({ "text/html": source, "text/plain": plain }));
}

export function markdown(source: string): Displayable {
  return new Displayable(() => ({ "text/markdown": source, "text/plain": source }));
}

/** A drawing as SVG source; `title` says in words what it shows. */
export function svg(source: string, title: string): Displayable {
  return new Displayable(() => ({ "image/svg+xml": source, "text/plain": title }));
}

/** Rows as a table; the columns are the keys of the first row. Numbers stand at the right. */
export function table(rows: Record<string, unknown>[]): Displayable {
  const columns = Object.keys(rows[0] ?? {});
  const align = (value: unknown) => typeof value === "number" ? "right" : "left";
  const head = columns.map((column) => cell("th", column, align(rows[0]?.[column]))).join("");
  const body = rows.map((row) =>
    `<tr>${columns.map((column) => cell("td", row[column], align(row[column]))).join("")}</tr>`
  ).join("");
  return html(
    `<div style="overflow-x:auto"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`,
    inColumns([columns, ...rows.map((row) => columns.map((column) => cellText(row[column])))]),
  );
}

/** Names with their values, one under the other, so that they fit a narrow page too; what is undefined is left out. */
export function facts(values: Record<string, unknown>): Displayable {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  const rows = known.map(([name, value]) =>
    `<tr>${cell("th", name, "left")}${cell("td", value, "left")}</tr>`
  );
  return html(
    `<table><tbody>${rows.join("")}</tbody></table>`,
    inColumns(known.map(([name, value]) => [name, cellText(value)])),
  );
}

function cellText(value: unknown): string {
  return typeof value === "number"
    ? value.toLocaleString("en-US", { maximumFractionDigits: 4 })
    : String(value ?? "");
}

/** Long names may break where their parts meet. */
function cell(tag: "th" | "td", value: unknown, aligned: string): string {
  const text = escapeHtml(cellText(value)).replaceAll(/[_/]/g, "$&<wbr>");
  return `<${tag} style="text-align:${aligned};padding:3px 12px 3px 0">${text}</${tag}>`;
}

function inColumns(rows: string[][]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = rows[0]?.map((_, column) => width(column)) ?? [];
  return rows.map((row) => row.map((text, column) => text.padEnd(widths[column]!)).join("  ").trimEnd()).join(
    "\n",
  );
}

/** Tells the reader something that must not be missed, as a line of its own; the pipeline prints it on the terminal too. */
export async function notice(text: string): Promise<void> {
  await broadcast("display_data", {
    [noticeMime]: { text },
    "text/html": `<p><strong>Note:</strong> ${escapeHtml(text)}</p>`,
    "text/plain": `Note: ${text}`,
  });
  await handedOver();
}

/** Hands facts to the run's summary (`reports/summary.json`), invisibly. Parts of several cells are merged. */
export async function summary(part: Record<string, unknown>): Promise<void> {
  if (!inKernel()) return;
  await broadcast("display_data", { [summaryMime]: part, "text/html": "", "text/plain": "" });
  await handedOver();
}

/**
 * Waits until an output that was the last of its cell has left the kernel. Another thread of the kernel sends the
 * outputs, under the cell that runs when it comes to them, and nothing tells when; under load it took up to 10 ms.
 */
export async function handedOver(): Promise<void> {
  if (inKernel()) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Whether this code runs in a Deno kernel. */
export function inKernel(): boolean {
  return jupyter() !== undefined;
}

/** Sends an output to the front end, or prints its plain text where there is none. */
export async function broadcast(
  type: "display_data" | "update_display_data",
  data: MediaBundle,
  display_id?: string,
): Promise<void> {
  const kernel = jupyter();
  if (kernel) {
    await kernel.broadcast(type, { data, metadata: {}, transient: display_id ? { display_id } : {} });
  } else console.log(data["text/plain"]);
}

function jupyter(): typeof Deno.jupyter | undefined {
  try {
    return Deno.jupyter; // outside of a kernel the mere access throws
  } catch {
    return undefined;
  }
}
