/** An executed notebook as one HTML file. */
import hljs from "highlight.js/lib/core";
import typescript from "highlight.js/lib/languages/typescript";
import { escapeHtml, formatSeconds } from "../display/format.ts";
import { type Heading, MarkdownRenderer } from "./html_markdown.ts";
import { OutputRenderer } from "./html_outputs.ts";
import { type CodeCell, joined, type Notebook } from "./notebook.ts";
import { type Link, renderFacts, renderLink, renderPage } from "./page.ts";
import { type AddPage, PlayRenderer } from "./play/render.ts";

hljs.registerLanguage("typescript", typescript);

export interface ReportContext {
  /** The title, for a notebook without a heading. */
  name: string;
  /** Facts about the run: target, data source, git commit, versions, duration. */
  facts: Record<string, string>;
  /** Links to the previous page, the summary and the next page. */
  links: Link[];
  /** Whether charts are interactive and parts can be played with; default: true. */
  liveCharts?: boolean;
  /** Writes a page beside the report, for what is too large for the report itself; without it all is in the report. */
  addPage?: AddPage;
}

/**
 * The report: Markdown, collapsed code, outputs, a table of contents and the facts of the run. Charts are drawn without
 * JavaScript, and are interactive with it.
 */
export async function renderReport(
  notebook: Notebook,
  { name, facts, links, liveCharts, addPage }: ReportContext,
): Promise<string> {
  const markdown = new MarkdownRenderer();
  const outputs = new OutputRenderer(markdown, { liveCharts, plays: new PlayRenderer(name, addPage) });
  const cells: string[] = [];
  for (const cell of notebook.cells) {
    if (cell.cell_type === "code") cells.push(await renderCodeCell(cell, outputs));
    if (cell.cell_type === "markdown") {
      const text = markdown.render(joined(cell.source), cell.attachments);
      cells.push(`<section class="markdown">${text}</section>`);
    }
  }
  const nav = `<nav class="pages" aria-label="Reports">${links.map(renderLink).join("")}</nav>`;
  const body = `<header>${nav}</header>
<div class="columns">
${renderContents(markdown.headings)}
<main>
${underTitle(renderFacts(facts), cells.filter((cell) => cell !== "").join("\n"))}
</main>
</div>
<footer>${nav}</footer>`;
  const title = markdown.headings.find(({ depth }) => depth === 1)?.html.replaceAll(/<[^>]*>/g, "");
  const client = await Deno.readTextFile(new URL("./report_client.js", import.meta.url));
  const scripts = [client, ...await outputs.scripts()];
  return await renderPage({ title: title ? unescapeHtml(title) : name, body, scripts });
}

/** Puts the facts of the run under the page's title, or at the beginning of a page without one. */
function underTitle(facts: string, html: string): string {
  return /<\/h1>/.test(html) ? html.replace("</h1>", () => `</h1>\n${facts}`) : facts + html;
}

async function renderCodeCell(cell: CodeCell, outputs: OutputRenderer): Promise<string> {
  const source = joined(cell.source);
  if (source.trim() === "") return "";
  const code = hljs.highlight(source, { language: "typescript" }).value;
  const failed = cell.outputs.some((output) => output.output_type === "error");
  const comment = source.trimStart().match(/^\/\/\s*(.+)/)?.[1];
  const seconds = secondsOf(cell);
  const summary = `<b>Code</b>${comment ? ` ${escapeHtml(comment)}` : ""}` +
    (seconds === undefined ? "" : ` <time>${formatSeconds(seconds)}</time>`);
  const rendered: string[] = [];
  for (const output of cell.outputs) rendered.push(await outputs.render(output));
  return `<section class="cell">` +
    `<details class="code"${failed ? " open" : ""}><summary>${summary}</summary>` +
    `<pre><code>${code}</code></pre></details>` +
    rendered.filter((html) => html !== "").map((html) => `<div class="output">${html}</div>`).join("\n") +
    `</section>`;
}

/** How long the cell ran, from the times that the runner (or Jupyter) recorded. */
function secondsOf(cell: CodeCell): number | undefined {
  const times = cell.metadata.execution as Record<string, string> | undefined;
  const [start, end] = [times?.["iopub.execute_input"], times?.["shell.execute_reply"]];
  return start && end ? (Date.parse(end) - Date.parse(start)) / 1000 : undefined;
}

function renderContents(headings: Heading[]): string {
  const items = headings.filter(({ depth }) => depth === 2 || depth === 3).map(({ depth, html, id }) =>
    `<li class="depth-${depth}"><a href="#${id}">${html.replaceAll(/<\/?a\b[^>]*>/g, "")}</a></li>`
  );
  return `<nav class="contents" aria-label="Contents"><details open><summary>Contents</summary>` +
    `<ul>${items.join("")}</ul></details>` +
    `<button type="button" id="toggle-code" hidden>Show all code</button></nav>`;
}

function unescapeHtml(text: string): string {
  const characters: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => characters[name] ?? "");
}
