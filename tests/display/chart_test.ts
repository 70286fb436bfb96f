import assert from "node:assert/strict";
import { chart, vegaLiteMime } from "../../lib/display/chart.ts";
import { classScale, palette } from "../../lib/display/theme.ts";

Deno.test("a chart is a Vega-Lite 5 specification with data, an SVG twin and a title in words", async () => {
  const bundle = await chart({
    title: { text: "More bicycles", subtitle: "than motorcycles" },
    config: { axis: { grid: false } },
    data: { values: [{ class: "bicycle", n: 2 }, { class: "motorcycle", n: 1 }] },
    mark: "bar",
    encoding: {
      x: { field: "n", type: "quantitative" },
      y: { field: "class" },
      color: { field: "class", scale: classScale(["bicycle", "motorcycle"]) },
    },
  }).bundle();
  const specification = bundle[vegaLiteMime] as {
    $schema: string;
    config: { axis: object; background: string; title: { color: string } };
  };
  assert.equal(specification.$schema, "https://vega.github.io/schema/vega-lite/v5.json");
  assert.equal(specification.config.background, "transparent");
  assert.deepEqual(
    Object.keys(specification.config.axis).includes("labelColor"),
    true,
    "theme and own config are merged",
  );
  const svg = bundle["image/svg+xml"] as string;
  assert.match(svg, /^<svg [^>]*width="\d+" height="\d+" viewBox=/);
  assert.match(svg, new RegExp(`fill="${palette.blue}"`));
  assert.match(svg, new RegExp(`fill="${palette.vermillion}"`));
  assert.equal(bundle["text/plain"], "[chart: More bicycles]");
  assert.equal(specification.config.title.color, "currentColor", "live, a title is as readable as the page");
  assert.doesNotMatch(svg, /currentColor/, "a picture that stands alone has no page");
});

Deno.test("colours of classes go by their place and start again when there are more than colours", () => {
  const { range } = classScale(Array.from({ length: 9 }, (_, i) => `class ${i}`));
  assert.equal(range.length, 9);
  assert.equal(range[7], range[0]);
});

Deno.test("a chart with a link that must not be followed is drawn, and its links lead to pages or nowhere", async () => {
  const links: [link: string, drawn: string][] = [
    ["javascript:alert(1)", ""],
    [" java\tscript:alert(1)", ""],
    ["data:text/html,x", ""],
    ["file:///etc/passwd", ""],
    ["https://example.com/", "https://example.com/"],
    ["2_next.html", "2_next.html"],
  ];
  for (const [link, drawn] of links) {
    const bundle = await chart({
      data: { values: [{ n: 1, link }] },
      mark: "bar",
      encoding: { x: { field: "n", type: "quantitative" }, href: { field: "link", type: "nominal" } },
    }).bundle();
    assert.equal(/<a [^>]*href="([^"]*)"/.exec(bundle["image/svg+xml"] as string)?.[1], drawn, link);
  }
});

Deno.test("a chart contains its data: no file and no address is read", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(file, '[{"n": 424242}]');
    const bundle = await chart({
      data: { url: `file://${file}` },
      mark: "text",
      encoding: { text: { field: "n", type: "nominal" } },
    }).bundle();
    assert.doesNotMatch(bundle["image/svg+xml"] as string, /424242/);
  } finally {
    await Deno.remove(file);
  }
});
