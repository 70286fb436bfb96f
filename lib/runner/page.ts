/** The frame of every page in `reports/`, which is self-contained and makes no requests. */
import { createHash } from "node:crypto";
import { escapeHtml } from "../display/format.ts";

export interface Page {
  title: string;
  /** HTML. */
  body: string;
  /** JavaScript sources; the page must be usable without them. */
  scripts: string[];
}

export interface Link {
  text: string;
  href: string;
}

/**
 * The HTML of the page. Its content security policy allows only these scripts and no requests, whatever the outputs of a
 * notebook contain. `unsafe-eval` is for Vega, which compiles its expressions.
 */
export async function renderPage({ title, body, scripts }: Page): Promise<string> {
  const styles = ["./report.css", "./play/play.css"].map((name) => new URL(name, import.meta.url));
  const css = (await Promise.all(styles.map((url) => Deno.readTextFile(url)))).join("");
  const safeScripts = scripts.map((source) => source.trim().replaceAll("</script", "<\\/script"));
  const hashes = safeScripts.map((source) =>
    `'sha256-${createHash("sha256").update(source).digest("base64")}'`
  );
  const scriptPolicy = hashes.length > 0
    ? `script-src ${hashes.join(" ")} 'unsafe-eval'`
    : "script-src 'none'";
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; ${scriptPolicy}; ` +
    `base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>
${css}</style>
</head>
<body>
${body}
${safeScripts.map((source) => `<script>${source}</script>`).join("\n")}
</body>
</html>
`;
}

/** The facts of a run as a description list. */
export function renderFacts(facts: Record<string, string>): string {
  const items = Object.entries(facts).map(([name, value]) =>
    `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`
  );
  return `<dl class="facts">${items.join("")}</dl>`;
}

export function renderLink({ text, href }: Link): string {
  return `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`;
}
