/** Renders what a reader can play with: HTML that is complete without JavaScript, and the scripts that bring it to life. */
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import type { TopLevelSpec } from "vega-lite";
import type { ClassifyPlay, Play, ThresholdPlay } from "../../display/play.ts";
import { costChart } from "../../evaluation/charts/costs.ts";
import { costCurve } from "../../evaluation/costs.ts";
import { bundleScript } from "../bundle.ts";
import { renderPage } from "../page.ts";
import { classifyHtml } from "./classify_html.ts";
import { gameHtml } from "./game_html.ts";
import { thresholdHtml } from "./threshold_html.ts";

/** Writes a page of that file name beside the report. */
export type AddPage = (file: string, html: string) => Promise<void>;

/** The largest that model and runtime may be together, in bytes, to be in the report itself. */
export const MAX_INLINE = 6_000_000;

/** The playable parts of one page. */
export class PlayRenderer {
  readonly #kinds = new Set<Play["kind"]>();

  /**
   * @param name of the report
   * @param addPage for a model that is too large for the report; without it all is in the report
   */
  constructor(readonly name = "", readonly addPage?: AddPage) {}

  /** The part, with its data. `inner` is the chart of a threshold, or what a game shows without JavaScript. */
  async render(play: Play, inner: string): Promise<string> {
    if (play.kind === "classify" && this.addPage && await sizeOf(play) > MAX_INLINE) {
      return await this.#onItsOwn(play, this.addPage);
    }
    const runtime = play.kind === "classify" && !this.#kinds.has("classify") ? await runtimeElement() : "";
    this.#kinds.add(play.kind);
    const data = JSON.stringify(play).replaceAll("<", "\\u003c");
    return `<section class="play" data-play="${play.kind}" aria-label="${PLAY_NAMES[play.kind]}">\n` +
      `${
        htmlOf(play, inner)
      }\n<script type="application/json" class="data">${data}</script>${runtime}</section>`;
  }

  /** The scripts that the page needs; they must run before that of the charts. */
  async scripts(): Promise<string[]> {
    const scripts: string[] = [];
    for (const kind of this.#kinds) {
      scripts.push(await bundleScript(new URL(`./${kind}_client.ts`, import.meta.url)));
    }
    return scripts;
  }

  /** Puts the part into a page of its own, and returns a link to it. */
  async #onItsOwn(play: ClassifyPlay, addPage: AddPage): Promise<string> {
    const file = `${this.name}.model.html`;
    const alone = new PlayRenderer();
    const back = `<p><a href="${this.name}.html">Back to the report</a></p>`;
    const body = `<main><h1>${PLAY_NAMES.classify}</h1>${await alone.render(play, "")}${back}</main>`;
    await addPage(
      file,
      await renderPage({ title: PLAY_NAMES.classify, body, scripts: await alone.scripts() }),
    );
    return `<p><a href="${file}">Try the model on your own pictures</a>, in a page of its own: it is large.</p>`;
  }
}

/** What each kind is called: its heading on the index, and its label for screen readers. */
export const PLAY_NAMES: Record<Play["kind"], string> = {
  threshold: "What a threshold costs",
  game: "You against the network",
  classify: "The model in this page",
};

function htmlOf(play: Play, inner: string): string {
  switch (play.kind) {
    case "threshold":
      return thresholdHtml(play, inner);
    case "game":
      return gameHtml(play, inner);
    case "classify":
      return classifyHtml(play);
  }
}

/** The chart of a threshold with costs. */
export function thresholdChart({ answers, classes, threshold, costs }: ThresholdPlay): TopLevelSpec {
  return costChart(costCurve(answers, classes.length), { threshold, costs });
}

/** The bytes that the model adds to a page. */
async function sizeOf({ model }: ClassifyPlay): Promise<number> {
  return model.length + (await runtimeElement()).length;
}

let runtime: Promise<string> | undefined;

/** ONNX Runtime's WebAssembly, 14 MB, as 5 MB of gzip in base64, which is the most compact that a browser can unpack. */
function runtimeElement(): Promise<string> {
  runtime ??= (async () => {
    const path = fileURLToPath(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
    const zipped = gzipSync(await Deno.readFile(path), { level: 9 });
    return `<script type="text/plain" id="ort-wasm">${zipped.toString("base64")}</script>`;
  })();
  return runtime;
}
