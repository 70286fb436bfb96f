/** The notebooks in JupyterLab: opened, run from top to bottom, looked at. */
/// <reference lib="dom" />
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { stopLocalAws } from "../../lib/aws/local_aws.ts";
import { vegaLiteMime } from "../../lib/display/chart.ts";
import { type Notebook, readNotebook } from "../../lib/runner/notebook.ts";
import { PROJECT_DIR } from "../../lib/settings.ts";
import { withBrowser } from "./browser.ts";
import { type Environment, NOTEBOOKS, remake } from "./environment.ts";
import { type JupyterServer, withJupyterLab } from "./jupyter_server.ts";

/** The longest that a notebook may take, in milliseconds; the training has been done. */
const PATIENCE_MS = 300_000;

const OUTPUT = ".jp-OutputArea-output";

/** JupyterLab draws errors as it draws text on stderr, of which the notebooks have none either. */
const ERRORS = `${OUTPUT}:is([data-mime-type$='.stderr'], [data-mime-type$='.error'])`;

/** Runs all notebooks in the light theme, and the last one in the dark one too. */
export async function checkJupyterLab(environment: Environment): Promise<string> {
  const seen = { charts: 0, pictures: 0 };
  await remake(join(environment.screenshots, "jupyterlab"));
  await withBrowser(environment.chromium, async (browser) => {
    for (const [theme, notebooks] of [["Light", NOTEBOOKS], ["Dark", NOTEBOOKS.slice(-1)]] as const) {
      await withJupyterLab(environment, theme, async (server) => {
        for (const name of notebooks) {
          for (const cell of await checkNotebook(browser, server, environment, name, theme)) {
            seen.charts += cell.charts;
            seen.pictures += cell.pictures;
          }
        }
      });
    }
  });
  const skipped = await checkRunAllOnFreshState(environment);
  return `five notebooks run, ${seen.charts} live charts and ${seen.pictures} pictures drawn, no error; ` +
    `on a fresh state ${skipped} cells skipped in one line each`;
}

/** On a fresh state notebook 3 says what to run first, and "Run All" runs no cell behind it. */
async function checkRunAllOnFreshState(environment: Environment): Promise<number> {
  const stateDir = join(environment.folder, "fresh");
  await remake(stateDir);
  const fresh = { ...environment, stateDir, env: { ...environment.env, SCONES_STATE_DIR: stateDir } };
  try {
    return await withBrowser(fresh.chromium, (browser) =>
      withJupyterLab(fresh, "Light", async (server) => {
        const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
        await page.goto(server.url("lab/tree/notebooks/3_lambda_functions.ipynb"));
        await runAllCells(page);
        await page.screenshot({ path: join(fresh.screenshots, "jupyterlab", "fresh-state.png") });
        const [first, ...others] = await page.locator(`.jp-NotebookPanel ${ERRORS}`).allInnerTexts();
        assert.match(first ?? "", /Run notebook 2, training and deployment, first/);
        assert.doesNotMatch(first!, /node_modules/);
        assert.ok(others.length >= 5);
        for (const error of others) assert.equal(error.trim(), "Skipped: the cell above failed");
        return others.length;
      }));
  } finally {
    await stopLocalAws({ stateDir });
  }
}

async function checkNotebook(
  browser: Browser,
  server: JupyterServer,
  { reports, screenshots }: Environment,
  name: string,
  theme: string,
): Promise<Seen[]> {
  const path = join(PROJECT_DIR, "notebooks", `${name}.ipynb`);
  const before = await Deno.readTextFile(path);
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const pictures = join(screenshots, "jupyterlab", `${name}-${theme.toLowerCase()}`);
    await page.goto(server.url(`lab/tree/notebooks/${name}.ipynb`));
    await runAllCells(page).catch(async (error) => {
      await page.screenshot({ path: `${pictures}-stuck.png` });
      throw error;
    });
    const notebook = page.locator(".jp-NotebookPanel");
    const seen = await drawn(notebook);
    await photograph(page, pictures);
    const errors = await notebook.locator(ERRORS).allInnerTexts();
    assert.deepEqual(errors, [], `${name} in JupyterLab: errors`);
    assert.deepEqual(await unexecuted(notebook), [], `${name} in JupyterLab: cells that did not run`);
    assert.deepEqual(
      await foreignTitles(notebook),
      [],
      `${name} in JupyterLab: titles not in the text's colour`,
    );
    assert.deepEqual(
      seen,
      expected(await readNotebook(join(reports, `${name}.ipynb`))),
      `${name} in JupyterLab`,
    );
    assert.equal(await Deno.readTextFile(path), before, `${path} was changed.`);
    return seen;
  } finally {
    await context.close();
    for (const { id } of await server.api<{ id: string }[]>("sessions")) {
      await server.api(`sessions/${id}`, "DELETE");
    }
  }
}

type Panel = ReturnType<Page["locator"]>;

async function runAllCells(page: Page): Promise<void> {
  await page.locator(".jp-NotebookPanel .jp-CodeCell").first().waitFor();
  // Asked to run before it has a kernel, JupyterLab lets the user choose one.
  await page.locator(".jp-StatusBar-Widget", { hasText: "Deno | Idle" }).waitFor();
  await page.getByRole("menuitem", { name: "Run", exact: true }).click();
  await page.getByRole("menuitem", { name: "Run All Cells", exact: true }).click();
  const waiting = page.locator(".jp-InputPrompt", { hasText: "[*]:" });
  await waiting.first().waitFor();
  await page.waitForFunction(
    () =>
      ![...document.querySelectorAll(".jp-InputPrompt")].some((prompt) => prompt.textContent?.includes("*")),
    undefined,
    { timeout: PATIENCE_MS, polling: 250 },
  );
}

/** The prompts of code cells that have no number. */
async function unexecuted(notebook: Panel): Promise<string[]> {
  const prompts = await notebook.locator(".jp-CodeCell .jp-InputPrompt").allInnerTexts();
  return prompts.filter((prompt) => !/^\[\d+\]:$/.test(prompt.trim()));
}

/** The colours of charts' titles that are not those of the text around them, and so not sure to be readable. */
async function foreignTitles(notebook: Panel): Promise<string[]> {
  const titles = notebook.locator(`${OUTPUT} .vega-embed .role-title-text text`);
  return await titles.evaluateAll(
    (titles, OUTPUT) =>
      titles.map((title) => [getComputedStyle(title).fill, getComputedStyle(title.closest(OUTPUT)!).color])
        .filter(([title, page]) => title !== page).map(([title, page]) => `${title} on a page of ${page}`),
    OUTPUT,
  );
}

/** What there is to see of a code cell: its outputs, and among them charts and pictures. */
interface Seen {
  outputs: number;
  charts: number;
  pictures: number;
}

/** What is drawn, cell by cell: a chart counts when Vega has put it into the page; SVG drawings are pictures. */
async function drawn(notebook: Panel): Promise<Seen[]> {
  // What Vega draws comes a moment after the cell has ended.
  await notebook.page().waitForTimeout(1_500);
  return await notebook.locator(".jp-CodeCell").evaluateAll((cells, OUTPUT) =>
    cells.map((cell) => {
      const visible = (selector: string) =>
        [...cell.querySelectorAll(selector)].filter((element) => {
          const { width, height } = element.getBoundingClientRect();
          const drawn = !(element instanceof HTMLImageElement) || element.naturalWidth > 0;
          return drawn && width > 10 && height > 10;
        }).length;
      return {
        outputs: cell.querySelectorAll(OUTPUT).length,
        charts: visible(`${OUTPUT} .vega-embed svg.marks`),
        pictures: visible(`${OUTPUT} img, ${OUTPUT}[data-mime-type='text/html'] svg`),
      };
    }), OUTPUT);
}

/** The same from the outputs that the pipeline's run of the notebook has. */
function expected({ cells }: Notebook): Seen[] {
  return cells.flatMap((cell) => cell.cell_type === "code" ? [cell.outputs] : []).map((outputs) => {
    const bundles = outputs.flatMap((output) => "data" in output ? [output.data] : []);
    const charts = bundles.filter((data) => vegaLiteMime in data);
    const drawings = bundles.filter((data) => "image/svg+xml" in data && !(vegaLiteMime in data));
    const inHtml = bundles.flatMap((data) => String(data["text/html"] ?? "").match(/<img\b|<svg\b/g) ?? []);
    return {
      outputs: outputs.length,
      charts: charts.length,
      pictures: drawings.length + inHtml.length,
    };
  });
}

/** The whole notebook, screen by screen. */
async function photograph(page: Page, path: string): Promise<void> {
  const scroller = page.locator(".jp-NotebookPanel .jp-WindowedPanel-outer");
  const { height, total } = await scroller.evaluate((element) => {
    const last = [...element.querySelectorAll(".jp-Cell")].at(-1)!.getBoundingClientRect();
    const total = last.bottom - element.getBoundingClientRect().top + element.scrollTop;
    return { height: element.clientHeight, total };
  });
  for (let number = 1, top = 0; top < total; number++, top += height) {
    await scroller.evaluate((element, top) => element.scrollTo({ top, behavior: "instant" }), top);
    await page.waitForTimeout(150);
    await page.screenshot({ path: `${path}-${number}.png` });
  }
}
