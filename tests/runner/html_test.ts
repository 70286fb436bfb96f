import assert from "node:assert/strict";
import { chart } from "../../lib/display/chart.ts";
import { renderReport } from "../../lib/runner/html.ts";
import { renderPage } from "../../lib/runner/page.ts";
import { code, notebookOf, text } from "./testing.ts";

const context = {
  name: "1_story",
  facts: { "Target": "local & <small>" },
  links: [{ text: "Next", href: "2.html" }],
};

const spec = {
  title: "</script><b>",
  data: { values: [{ a: 1, b: 2 }] },
  mark: "bar",
  encoding: { x: { field: "a", type: "nominal" }, y: { field: "b", type: "quantitative" } },
} as const;

Deno.test("a report has contents, facts, links, folded code and outputs in their richest form", async () => {
  const html = await renderReport(
    notebookOf(
      text(
        "# The *story*\n\n## Why `x`?\n\nSee [the next](2_next.ipynb#why), [AWS](https://aws.amazon.com).",
      ),
      code("// Set it\nconst x = 1 < 2;", {
        outputs: [
          { output_type: "stream", name: "stdout", text: ["<b>\u001b[33m1\u001b[39m</b>\n", "10 %\r20 %\n"] },
          {
            output_type: "display_data",
            data: { "text/html": "<i>it</i>", "text/plain": "plain it" },
            metadata: {},
          },
          { output_type: "error", ename: "E", evalue: "v", traceback: ["E: <v>"] },
        ],
      }),
      text("## Why `x`?\n\n![far](https://example.com/x.png) ![near](data:image/png;base64,AAAA)"),
    ),
    context,
  );
  assert.match(html, /<title>The story<\/title>/);
  assert.match(html, /<h2 id="why-x">Why <code>x<\/code>\?<\/h2>/);
  assert.match(html, /<li class="depth-2"><a href="#why-x-2">/);
  assert.match(html, /href="2_next\.html#why"/);
  assert.match(
    html,
    /<h1 [^>]*>The <em>story<\/em><\/h1>\s*<details class="provenance" open>/,
    "facts are under the title",
  );
  assert.match(html, /<dd>local &amp; &lt;small&gt;<\/dd>/);
  assert.match(html, /<a href="2\.html">Next<\/a>/);
  assert.match(html, /<details class="code" open><summary><b>Code<\/b> Set it/);
  assert.match(html, /<span class="hljs-keyword">const<\/span> x = <span class="hljs-number">1<\/span> &lt;/);
  assert.match(html, /&lt;b&gt;1&lt;\/b&gt;\n20 %/);
  assert.match(html, /<div class="html"><i>it<\/i><\/div>/);
  assert.doesNotMatch(html, /plain it/);
  assert.match(html, /E: &lt;v&gt;/);
  assert.doesNotMatch(html, /<img[^>]*example\.com/);
  assert.match(html, /<img alt="near" src="data:/);
});

Deno.test("a chart is a drawing with a live twin, and drawings do not share ids", async () => {
  const data = await chart(spec).bundle();
  const output = { output_type: "display_data" as const, data, metadata: {} };
  const svg = '<?xml version="1.0"?><svg width="10" height="10"><g id="a" clip-path="url(#a)"></g></svg>';
  const drawing = { ...output, data: { "image/svg+xml": svg } };
  const html = await renderReport(notebookOf(code("1", { outputs: [output, drawing] })), context);
  assert.equal(html.match(/<figure class="chart"/g)?.length, 2);
  const json = html.match(/<script type="application\/json">(.*?)<\/script>/)?.[1] ?? "";
  assert.match(JSON.parse(json).$schema, /schema\/vega\/v/);
  assert.match(html, /<figcaption><b>&lt;\/script&gt;&lt;b&gt;<\/b>/);
  assert.equal(JSON.parse(json).title, undefined, "the caption stands for the title");
  assert.doesNotMatch(html.match(/<svg[^]*?<\/svg>/)?.[0] ?? "", /role-title-text/, "in the drawing too");
  assert.match(html, /<g id="s2-a" clip-path="url\(#s2-a\)">/);
  assert.doesNotMatch(html, /<\?xml/);
  assert.ok(html.length > 300_000, "Vega is within the page");
  assert.ok(html.length < 1_500_000, `the page has ${html.length} characters`);
  const still = await renderReport(notebookOf(code("1", { outputs: [output] })), {
    ...context,
    liveCharts: false,
  });
  assert.ok(still.length < 60_000, `the page has ${still.length} characters`);
  assert.match(still, /<figure class="chart".*<svg/s);
  const withoutScripts = html.replaceAll(/<script\b[^]*?<\/script>/g, "");
  assert.doesNotMatch(withoutScripts, /(?:src|srcset|action)="(?!data:)|url\(["']?(?:https?:)?\/\/|@import/);
});

Deno.test("only a page's own scripts may run, and no request may leave it", async () => {
  const html = await renderPage({ title: "<t>", body: "", scripts: ["'</script>'"] });
  assert.match(html, /<title>&lt;t&gt;<\/title>/);
  assert.match(html, /<link rel="icon" href="data:image\/svg\+xml,%3Csvg/);
  assert.match(html, /default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-/);
  assert.equal(html.match(/<\/script>/g)?.length, 1);
});

Deno.test("what a cell shows or says adds no elements that lead away, embed or ask", async () => {
  const meta = '<meta http-equiv="refresh" content="0;url=https://example.com">';
  const hostile = [
    meta,
    meta.toUpperCase(),
    meta.replace("meta ", "meta\f"),
    meta.replace("meta ", "meta/"),
    `<!--><b>${meta}<!-- -->`,
    `<!-- > ${meta} -->`,
    `<p title="${meta.replaceAll('"', "'")}">${meta}`,
    `<style></style>${meta}`,
    `<svg><desc>${meta}</desc></svg>`,
    `<math>${meta}</math><noscript>${meta}</noscript><template>${meta}</template>`,
    `<iframe srcdoc="x"></iframe><object data="x"></object><embed src="x"><base href="x"><link rel="x">`,
    `<form action="x"><input><button>x</button></form><plaintext>`,
  ];
  const allowed =
    '<div style="overflow-x:auto"><table><tr><td>1</td></tr></table></div><details><summary>x</summary></details>';
  const output = (data: Record<string, string>) => ({
    output_type: "display_data" as const,
    data,
    metadata: {},
  });
  for (const source of hostile) {
    const html = await renderReport(
      notebookOf(
        text(`# ${source}\n\n${source}`),
        text(source),
        code("1", {
          outputs: [
            output({ "text/html": source + allowed }),
            output({ "text/markdown": source }),
            output({ "image/svg+xml": `<svg width="10">${source}</svg>` }),
          ],
        }),
      ),
      context,
    );
    const body = html.slice(html.indexOf("<body>")).replaceAll(/<script>[^]*?<\/script>/g, "");
    const forbidden =
      /<(meta|iframe|object|embed|base|link|form|input|button(?! type="button" id="toggle-code")|math|noscript|template|plaintext)/i;
    assert.doesNotMatch(body, forbidden, source);
    assert.ok(body.includes(allowed), source);
  }
});
