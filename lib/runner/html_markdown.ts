/** Renders Markdown cells as HTML, with an anchor at every heading. */
import { Marked, type Tokens } from "marked";
import { escapeHtml } from "../display/format.ts";
import { withAllowedTags } from "./html_tags.ts";

export interface Heading {
  depth: number;
  /** HTML of the heading's text. */
  html: string;
  id: string;
}

/** Renders the Markdown of one page and collects the page's headings. */
export class MarkdownRenderer {
  readonly headings: Heading[] = [];
  readonly #marked: Marked;
  #attachments: Record<string, Record<string, string>> = {};

  constructor() {
    const headings = this.headings;
    const imageSource = (href: string) => this.#imageSource(href);
    this.#marked = new Marked({
      renderer: {
        heading({ tokens, depth, text }) {
          const html = withAllowedTags(this.parser.parseInline(tokens));
          const heading = { depth, html, id: newId(text, headings) };
          headings.push(heading);
          return `<h${depth} id="${heading.id}">${heading.html}</h${depth}>\n`;
        },
        link({ href, tokens }) {
          return `<a href="${escapeHtml(reportOf(href))}">${this.parser.parseInline(tokens)}</a>`;
        },
        image({ href, text }: Tokens.Image) {
          const source = imageSource(href);
          // A picture elsewhere would need a request, and pages make none.
          if (!source) return `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`;
          return `<img alt="${escapeHtml(text)}" src="${escapeHtml(source)}">`;
        },
      },
    });
  }

  /** The HTML of a cell's Markdown. `attachments` are the pictures in the cell, by name and MIME type. */
  render(source: string, attachments: Record<string, Record<string, string>> = {}): string {
    this.#attachments = attachments;
    return withAllowedTags(this.#marked.parse(source, { async: false }));
  }

  #imageSource(href: string): string | undefined {
    if (href.startsWith("data:")) return href;
    if (!href.startsWith("attachment:")) return undefined;
    const [entry] = Object.entries(
      this.#attachments[decodeURIComponent(href.slice("attachment:".length))] ?? {},
    );
    return entry && `data:${entry[0]};base64,${entry[1]}`;
  }
}

/** Links between notebooks become links between their reports. */
function reportOf(href: string): string {
  return /^[a-z]+:/i.test(href) ? href : href.replace(/\.ipynb(?=$|#)/, ".html");
}

function newId(text: string, taken: Heading[]): string {
  const base = text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "section";
  let id = base;
  for (let number = 2; taken.some((heading) => heading.id === id); number++) id = `${base}-${number}`;
  return id;
}
