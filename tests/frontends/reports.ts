/** The pipeline's reports in Chromium: on a phone and a desk, light and dark, with JavaScript and without. */
/// <reference lib="dom" />
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { problemsOf, withBrowser } from "./browser.ts";
import { type Environment, NOTEBOOKS, remake } from "./environment.ts";

const PAGES = ["index", ...NOTEBOOKS];
const WIDTHS = [390, 1440];
const SCHEMES = ["light", "dark"] as const;

interface Look {
  width: number;
  colorScheme: typeof SCHEMES[number];
  javaScriptEnabled: boolean;
}

export async function checkReports({ chromium, reports, screenshots }: Environment): Promise<string> {
  const looks: Look[] = WIDTHS.flatMap((width) =>
    SCHEMES.flatMap((colorScheme) =>
      [true, false].map((javaScriptEnabled) => ({ width, colorScheme, javaScriptEnabled }))
    )
  );
  const folder = join(screenshots, "reports");
  await remake(folder);
  let drawings = 0;
  await withBrowser(chromium, async (browser) => {
    for (const name of PAGES) {
      const url = pathToFileURL(join(reports, `${name}.html`)).href;
      for (const look of looks) {
        const script = look.javaScriptEnabled ? "" : "-without-script";
        const picture = join(folder, `${name}-${look.width}-${look.colorScheme}${script}.png`);
        drawings += await checkPage(browser, url, look, picture);
      }
    }
  });
  assert.ok(drawings > 0, "The reports hold no drawing.");
  return `${PAGES.length} pages in ${looks.length} looks, ${drawings} drawings seen, nothing asked for, no error`;
}

async function checkPage(browser: Browser, url: string, look: Look, picture: string): Promise<number> {
  const { width, ...options } = look;
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...options });
  try {
    const page = await context.newPage();
    const problems = problemsOf(page, url, /^data:/);
    await page.goto(url);
    const drawings = await drawingsOf(page, look);
    const [needs, has] = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth] as const;
    });
    if (needs > has) problems.push(`overflow: ${needs} pixels of content on ${has}`);
    problems.push(...await cutTables(page));
    await page.screenshot({ path: picture, fullPage: true });
    assert.deepEqual(problems, [], `${url} at ${JSON.stringify(look)}`);
    return drawings;
  } finally {
    await context.close();
  }
}

/** Tables of which a reader has to scroll a part into sight. */
async function cutTables(page: Page): Promise<string[]> {
  return await page.locator("table").evaluateAll((tables) =>
    tables.filter((table) => table.scrollWidth > table.parentElement!.clientWidth + 1)
      .map((table) => `a table is cut: ${table.textContent?.slice(0, 60)}`)
  );
}

/** Counts the drawings, which have all to be visible: live charts with scripts, the SVG in the file without. */
async function drawingsOf(page: Page, { javaScriptEnabled }: Look): Promise<number> {
  const figures = await page.locator("figure.chart").all();
  for (const figure of figures) {
    const isChart = await figure.locator("script[type='application/json']").count() > 0;
    const live = javaScriptEnabled && isChart ? "[data-live]" : ":not([data-live])";
    const drawing = figure.and(page.locator(live)).locator(".drawing svg").first();
    await drawing.waitFor({ state: "visible", timeout: 10_000 });
    const box = await drawing.boundingBox();
    assert.ok(
      box && box.width > 100 && box.height > 10,
      `A drawing is ${box?.width} × ${box?.height} pixels.`,
    );
  }
  const broken = await page.locator("img").evaluateAll((images) =>
    images.filter((image) => (image as HTMLImageElement).naturalWidth === 0).length
  );
  assert.equal(broken, 0, "Pictures are not drawn.");
  return figures.length;
}
