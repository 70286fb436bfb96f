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

/** Two wheels and a frame, for the browser's tab. */
const ICON = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0072B2"/>' +
    '<g fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">' +
    '<circle cx="9" cy="20" r="5"/><circle cx="23" cy="20" r="5"/><path d="M9 20l5-9h6l3 9M14 11l3 9l3-9M19 8h3"/></g></svg>',
);

/**
 * The HTML of the page. Its content security policy allows only these scripts and no requests, whatever the outputs of a
 * notebook contain. `unsafe-eval` is for Vega, which compiles its expressions.
 */
export async function renderPage({ title, body, scripts }: Page): Promise<string> {
  const styles = ["../display/theme.css", "./report.css", "./play/play.css"].map((name) =>
    new URL(name, import.meta.url)
  );
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
<link rel="icon" href="${ICON}">
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

/** The facts of a run as a description list, which the page's script folds on a narrow page. */
export function renderFacts(facts: Record<string, string>): string {
  const items = Object.entries(facts).map(([name, value]) =>
    `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`
  );
  return `<details class="provenance" open><summary>About this run</summary><dl class="facts">${
    items.join("")
  }</dl></details>`;
}

export function renderLink({ text, href }: Link): string {
  return `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`;
}
