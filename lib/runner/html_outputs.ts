/** Renders the outputs of cells as HTML. */
import { stripVTControlCharacters } from "node:util";
import { compile, type TopLevelSpec } from "vega-lite";
import { chart, renderSvg, vegaLiteMime } from "../display/chart.ts";
import { titleTexts } from "../display/chart_parts.ts";
import { escapeHtml } from "../display/format.ts";
import { type Play, playMime } from "../display/play.ts";
import { type MediaBundle, summaryMime } from "../display/show.ts";
import { chartScript } from "./chart_script.ts";
import type { MarkdownRenderer } from "./html_markdown.ts";
import { withAllowedTags } from "./html_tags.ts";
import { joined, type Output } from "./notebook.ts";
import { PlayRenderer, thresholdChart } from "./play/render.ts";

/** How the outputs of one page are rendered. */
export interface OutputOptions {
  /** Whether charts are interactive and parts can be played with; default: true. */
  liveCharts?: boolean;
  /** For the page that the outputs are for; the default keeps everything in that page. */
  plays?: PlayRenderer;
}

export class OutputRenderer {
  /** Whether the page has charts that the script of `chart_script.ts` makes interactive. */
  #hasLiveCharts = false;
  readonly #liveCharts: boolean;
  readonly #plays: PlayRenderer;
  readonly #markdown: MarkdownRenderer;
  #svgCount = 0;

  constructor(
    markdown: MarkdownRenderer,
    { liveCharts = true, plays = new PlayRenderer() }: OutputOptions = {},
  ) {
    this.#liveCharts = liveCharts;
    this.#markdown = markdown;
    this.#plays = plays;
  }

  /** The scripts that make the rendered outputs interactive. */
  async scripts(): Promise<string[]> {
    const scripts = await this.#plays.scripts();
    return this.#hasLiveCharts ? [...scripts, await chartScript()] : scripts;
  }

  async render(output: Output): Promise<string> {
    switch (output.output_type) {
      case "stream":
        return `<pre class="text ${output.name}">${escapeHtml(plainText(joined(output.text)))}</pre>`;
      case "error": {
        const trace = output.traceback.join("\n").trim() || `${output.ename}: ${output.evalue}`;
        return `<pre class="text error">${escapeHtml(plainText(trace))}</pre>`;
      }
      default:
        return await this.#renderBundle(output.data);
    }
  }

  /** Renders the richest representation of the output. */
  async #renderBundle(data: MediaBundle): Promise<string> {
    if (summaryMime in data) return "";
    const { [playMime]: play, ...rest } = data;
    if (play) return await this.#renderPlay(play as Play, rest);
    const text = (mime: string) => mime in data ? joined(data[mime] as string | string[]) : undefined;
    if (vegaLiteMime in data) return await this.#renderChart(data[vegaLiteMime] as TopLevelSpec);
    const svg = text("image/svg+xml");
    if (svg) return renderDrawing(this.#inline(svg));
    const html = text("text/html");
    if (html !== undefined) return `<div class="html">${withAllowedTags(html)}</div>`;
    const markdown = text("text/markdown");
    if (markdown !== undefined) return `<div class="markdown">${this.#markdown.render(markdown)}</div>`;
    for (const mime of ["image/png", "image/jpeg", "image/gif"]) {
      const image = text(mime);
      const alt = escapeHtml(text("text/plain") ?? "");
      if (image) return `<img alt="${alt}" src="data:${mime};base64,${image.replaceAll(/\s/g, "")}">`;
    }
    const plain = text("text/plain") ?? `[${Object.keys(data).join(", ")}]`;
    return `<pre class="text">${escapeHtml(plainText(plain))}</pre>`;
  }

  async #renderPlay(play: Play, otherwise: MediaBundle): Promise<string> {
    // The chart without inputs and pictures, as the page has its own.
    const shown = play.kind === "threshold" ? await chart(thresholdChart(play)).bundle() : otherwise;
    if (this.#liveCharts) return await this.#plays.render(play, await this.#renderBundle(shown));
    if (play.kind === "classify") return "<p>This report has drawings only: the model is not in it.</p>";
    return await this.#renderBundle(shown);
  }

  /**
   * The drawing, with the Vega specification from which the page's script makes an interactive chart. Both are without the
   * title, which becomes a caption, since a caption can wrap on a narrow page.
   */
  async #renderChart({ title, ...specification }: TopLevelSpec): Promise<string> {
    const svg = await renderSvg(specification as TopLevelSpec);
    const [finding, reading] = titleTexts(title);
    const caption = `<figcaption><b>${escapeHtml(finding)}</b> ${escapeHtml(reading)}</figcaption>`;
    if (!this.#liveCharts) return renderDrawing(this.#inline(svg), { caption });
    this.#hasLiveCharts = true;
    const json = JSON.stringify(compile(specification as TopLevelSpec).spec).replaceAll("<", "\\u003c");
    const script = `<script type="application/json">${json}</script>`;
    return renderDrawing(this.#inline(svg), { caption, script });
  }

  /** An SVG for inlining: without the XML declaration, and with ids that are unique in the page. */
  #inline(svg: string): string {
    const prefix = `s${++this.#svgCount}-`;
    return withAllowedTags(svg.slice(Math.max(0, svg.indexOf("<svg"))))
      .replace(/\bid="([^"]+)"/g, `id="${prefix}$1"`)
      .replace(/url\((["']?)#/g, `url($1#${prefix}`)
      .replace(/href="#/g, `href="#${prefix}`);
  }
}

/** On a narrow page a drawing shrinks while its text stays readable, and scrolls from there on. */
function renderDrawing(svg: string, { caption = "", script = "" } = {}): string {
  const width = Number(svg.match(/<svg[^>]*?\swidth="([\d.]+)/)?.[1] ?? 0);
  return `<figure class="chart" style="--least-width:${Math.min(width, 520)}px" tabindex="0">${caption}` +
    `<div class="drawing">${svg}</div>${script}</figure>`;
}

/** Text as a terminal would show it: without colours, and without what a carriage return has overwritten. */
function plainText(text: string): string {
  return stripVTControlCharacters(text).replaceAll("\r\n", "\n").replace(/^.*\r/gm, "");
}
