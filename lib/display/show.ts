/** Outputs of notebooks: helpers make a Displayable, and `show` displays it. Outside a Deno kernel it prints plain text. */
import { escapeHtml } from "./format.ts";

/** The contents of one output by MIME type: text, base64 for images, objects for JSON. */
export type MediaBundle = Record<string, string | object>;

export const summaryMime = "application/vnd.scones.summary+json";
export const noticeMime = "application/vnd.scones.notice+json";

const jupyterDisplay = Symbol.for("Jupyter.display");

export class Displayable {
  readonly #make: () => MediaBundle | Promise<MediaBundle>;

  constructor(make: () => MediaBundle | Promise<MediaBundle>) {
    this.#make = make;
  }

  /** The contents of the output. */
  async bundle(): Promise<MediaBundle> {
    return await this.#make();
  }

  /** The Deno kernel calls this for the last expression of a cell. */
  [jupyterDisplay](): Promise<MediaBundle> {
    return this.bundle();
  }
}

/**
 * Displays a Displayable, or another library's object that can display itself in Jupyter, and waits until it is sent. The
 * kernel would display a cell's last expression too, but only after the cell is done: when all cells run, such an output
 * appears under a later cell or gets lost.
 */
export async function show(shown: object | Promise<object>): Promise<void> {
  const object = await shown;
  const bundle: unknown = Reflect.get(object, jupyterDisplay);
  if (typeof bundle !== "function") {
    throw new TypeError("show() needs an object that can display itself in Jupyter.");
  }
  await broadcast("display_data", await bundle.call(object));
  await handedOver();
}

/** A display that can be replaced in place, such as a growing chart. */
export interface Live {
  replace(content: Displayable): Promise<void>;
}

/** Displays `initial`, whose content can be replaced afterwards. Outside a kernel only `initial` is printed. */
export async function live(initial: Displayable): Promise<Live> {
  const display_id = crypto.randomUUID();
  await broadcast("display_data", await initial.bundle(), display_id);
  return {
    async replace(content) {
      if (inKernel()) await broadcast("update_display_data", await content.bundle(), display_id);
    },
  };
}

/** HTML, with plain text for front ends without HTML. */
export function html(source: string, plain: string): Displayable {
  return new Displayable(() => ({ "text/html": source, "text/plain": plain }));
}

export function markdown(source: string): Displayable {
  return new Displayable(() => ({ "text/markdown": source, "text/plain": source }));
}

/** A drawing as SVG source; `title` describes it in words. */
export function svg(source: string, title: string): Displayable {
  return new Displayable(() => ({ "image/svg+xml": source, "text/plain": title }));
}

/**
 * Rows as a table; the columns are the keys of the first row. Numbers are aligned to the right, with equally many decimals
 * in a column.
 */
export function table(rows: Record<string, unknown>[]): Displayable {
  const columns = Object.keys(rows[0] ?? {});
  const digits = columns.map((column) => decimalsOf(rows.map((row) => row[column])));
  const align = (value: unknown) => typeof value === "number" ? "right" : "left";
  const head = columns.map((column) => cell("th", column, align(rows[0]?.[column]))).join("");
  const body = rows.map((row) =>
    `<tr>${columns.map((column, i) => cell("td", row[column], align(row[column]), digits[i])).join("")}</tr>`
  ).join("");
  return html(
    `<div style="overflow-x:auto"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`,
    inColumns([columns, ...rows.map((row) => columns.map((column, i) => cellText(row[column], digits[i])))]),
  );
}

/** Names and values, one pair per line, so that they fit a narrow page; undefined values are left out. */
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

/** How many decimals the numbers among the values need, at most 4. */
function decimalsOf(values: readonly unknown[]): number {
  const needed = values.map((value) =>
    typeof value === "number" ? String(Number(value.toFixed(4))).split(".")[1]?.length ?? 0 : 0
  );
  return Math.max(0, ...needed);
}

function cellText(value: unknown, decimals = decimalsOf([value])): string {
  return typeof value === "number"
    ? value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    : String(value ?? "");
}

/** A cell whose long names can break between their parts. */
function cell(tag: "th" | "td", value: unknown, aligned: string, decimals?: number): string {
  const text = escapeHtml(cellText(value, decimals)).replaceAll(/[_/]/g, "$&<wbr>");
  return `<${tag} style="text-align:${aligned};padding:3px 12px 3px 0">${text}</${tag}>`;
}

function inColumns(rows: string[][]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = rows[0]?.map((_, column) => width(column)) ?? [];
  return rows.map((row) => row.map((text, column) => text.padEnd(widths[column]!)).join("  ").trimEnd()).join(
    "\n",
  );
}

/** Displays a note that the reader should not miss; the pipeline prints it on the terminal too. */
export async function notice(text: string): Promise<void> {
  await broadcast("display_data", {
    [noticeMime]: { text },
    "text/html": `<p><strong>Note:</strong> ${escapeHtml(text)}</p>`,
    "text/plain": `Note: ${text}`,
  });
  await handedOver();
}

/** Adds to the run's summary (`reports/summary.json`), without displaying anything. Several parts are merged. */
export async function summary(part: Record<string, unknown>): Promise<void> {
  if (!inKernel()) return;
  await broadcast("display_data", { [summaryMime]: part, "text/html": "", "text/plain": "" });
  await handedOver();
}

/**
 * Waits until the kernel has sent the last output of a cell. Another thread of the kernel sends outputs under the cell that
 * is running at that moment, without telling when; under load this took up to 10 ms.
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
    return Deno.jupyter; // throws outside a kernel
  } catch {
    return undefined;
  }
}
