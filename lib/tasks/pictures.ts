/** Makes the README's pictures: a strip from docs/sample/, and charts from a run on the real pictures. */
import { join, resolve } from "node:path";
import type { TopLevelSpec } from "vega-lite";
import { renderSvg, vegaLiteMime } from "../display/chart.ts";
import { titled } from "../display/chart_parts.ts";
import type { MediaBundle } from "../display/show.ts";
import { joined, outputsOf, readNotebook } from "../runner/notebook.ts";
import type { Summary } from "../runner/summary.ts";
import { PROJECT_DIR } from "../settings.ts";
import { type Captioned, drawStrip, type Strip } from "./picture_strip.ts";
import { runProgram } from "./task.ts";

const HELP = `deno task pictures [FOLDER]

Writes the README's pictures, docs/*-light.svg and docs/*-dark.svg: the strip from docs/sample/ (deno task sample), the
charts from the reports in FOLDER, or reports/, of a run on the real pictures (deno task pipeline).`;

const DOCS = join(PROJECT_DIR, "docs");

/** The charts, and the report whose highlighted chart each shows. */
const CHARTS = { training: "2_train_and_deploy", confidence: "5_evaluation" };

/** Narrow, so that their text can be read at the width of a phone. */
const CHART_WIDTH = 340;

/** The colours of text on code hosts' pages. */
const INKS = { light: "#1F2328", dark: "#E6EDF3" };

await runProgram(HELP, async () => {
  const reports = resolve(PROJECT_DIR, Deno.args[0] ?? "reports");
  const summary: Summary = JSON.parse(await Deno.readTextFile(join(reports, "summary.json")));
  if (summary.dataset?.synthetic) {
    throw new Error(
      `The run in ${reports} used synthetic pictures. Set SCONES_DATASET_URL to a copy of CIFAR-100's archive and run ` +
        '"deno task pipeline" again.',
    );
  }
  const strip = await stripOf(join(DOCS, "sample"));
  const charts = Object.entries(CHARTS).map(async ([name, report]) =>
    [name, await narrowChart(join(reports, `${report}.ipynb`))] as const
  );
  for (const [scheme, ink] of Object.entries(INKS)) {
    await write(`strip-${scheme}.svg`, await drawStrip(strip, ink));
    for (const [name, svg] of await Promise.all(charts)) {
      await write(`${name}-${scheme}.svg`, svg.replaceAll("currentColor", ink));
    }
  }
}, 1);

async function write(name: string, svg: string): Promise<void> {
  await Deno.writeTextFile(join(DOCS, name), svg);
  console.log(`docs/${name}`);
}

/** The highlighted chart of an executed notebook as SVG, narrower. */
async function narrowChart(path: string): Promise<string> {
  const [chart] = (await bundlesOf(path, "highlight")).filter((data) => vegaLiteMime in data);
  if (!chart) {
    throw new Error(`${path} has no chart in a cell tagged "highlight". Run "deno task pipeline" first.`);
  }
  const specification = chart[vegaLiteMime] as TopLevelSpec & { title: ReturnType<typeof titled> };
  const { text, subtitle } = specification.title;
  const title = titled(text.join(" "), subtitle.join(" "), CHART_WIDTH + 40);
  return await renderSvg({ ...specification, width: CHART_WIDTH, title } as TopLevelSpec);
}

/** What the strip shows, from the cells tagged "picture" of the sample's notebooks. */
async function stripOf(sample: string): Promise<Strip> {
  const [sure, unsure] = await bundlesOf(join(sample, "3_lambda_functions.ipynb"), "picture");
  const [execution] = await bundlesOf(join(sample, "4_step_functions.ipynb"), "picture");
  const [hardest] = await bundlesOf(join(sample, "5_evaluation.ipynb"), "picture");
  const graph = text(execution, "text/html").match(/<svg[^]*<\/svg>/)?.[0];
  const figures = text(hardest, "text/html").match(/<img[^>]*>/g) ?? [];
  if (!sure || !unsure || !graph || figures.length < 4) {
    throw new Error(`${sample} does not hold what the strip shows. Run "deno task sample" first.`);
  }
  return { orders: [order(sure), order(unsure)], graph, hardest: figures.map(hard) };
}

/** An order of notebook 3, from "…, Answer: bicycle ✓, confidence 0.98". */
function order(data: MediaBundle): Captioned {
  const [, answer, mark, confidence] = text(data, "text/plain").match(
    /Answer: (.+) ([✓✗]), confidence ([\d.]+)/,
  )!;
  return {
    png: pngIn(text(data, "text/html")),
    caption: `${answer} ${confidence} ${mark}`,
    right: mark === "✓",
  };
}

/** A picture of the gallery, from its description "✓ right, truth: …, confidence: 0.51, …". */
function hard(image: string): Captioned {
  const [, mark, confidence] = image.match(/alt="([✓✗]) .*?confidence: ([\d.]+)/)!;
  return { png: pngIn(image), caption: `${mark} ${confidence}`, right: mark === "✓" };
}

function pngIn(html: string): string {
  return html.match(/data:image\/png;base64,([^"]+)/)![1]!;
}

async function bundlesOf(path: string, tag: string): Promise<MediaBundle[]> {
  return outputsOf(await readNotebook(path), tag).flatMap((output) => "data" in output ? [output.data] : []);
}

function text(data: MediaBundle | undefined, mime: string): string {
  return joined((data?.[mime] ?? "") as string | string[]);
}
