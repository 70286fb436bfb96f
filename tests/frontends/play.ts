/** What a reader can play with, in Chromium: by mouse and keyboard, on a phone and a desk, light and dark. */
/// <reference lib="dom" />
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { connect } from "../../lib/aws/clients.ts";
import { getObject, listObjects } from "../../lib/aws/s3.ts";
import { mapBounded } from "../../lib/concurrent.ts";
import { S3_LAYOUT } from "../../lib/names.ts";
import { readSettings } from "../../lib/settings.ts";
import { findEndpoint } from "../../lib/training/endpoint.ts";
import { seriousFindings } from "./axe.ts";
import { problemsOf, withBrowser } from "./browser.ts";
import { type Environment, remake } from "./environment.ts";

const WIDTHS = [390, 1440];
const SCHEMES = ["light", "dark"] as const;

/** How many test pictures are classified in the page and by the endpoint, and how far the probabilities may differ. */
const COMPARED = 50;
const TOLERANCE = 1e-4;

/** Plays with a part of a page; returns what it saw. */
type Player = (part: Locator, page: Page, environment: Environment) => Promise<void>;

const PARTS: [report: string, kind: string, player: Player][] = [
  ["index", "threshold", moveThreshold],
  ["5_evaluation", "threshold", moveThreshold],
  ["5_evaluation", "game", playGame],
  ["2_train_and_deploy", "classify", classifySample],
];

export async function checkPlay(environment: Environment): Promise<string> {
  const folder = join(environment.screenshots, "play");
  await remake(folder);
  const difference = await withBrowser(environment.chromium, async (browser) => {
    for (const [report, kind, player] of PARTS) {
      for (const width of WIDTHS) {
        for (const colorScheme of SCHEMES) {
          const picture = join(folder, `${report}-${kind}-${width}-${colorScheme}.png`);
          await onPage(browser, report, { width, colorScheme }, environment, async (page) => {
            const part = page.locator(`section.play[data-play=${kind}]`);
            await player(part, page, environment);
            await part.screenshot({ path: picture });
            assert.deepEqual(
              await seriousFindings(page),
              [],
              `${report}, ${kind} at ${width}, ${colorScheme}`,
            );
          });
        }
      }
    }
    return await compareWithEndpoint(browser, environment);
  });
  return `${PARTS.length} parts at ${
    WIDTHS.join(" and ")
  } pixels, light and dark, without serious findings of axe; ` +
    `${COMPARED} pictures classified as by the endpoint, within ${difference.toExponential(0)}`;
}

/** Opens a report, and fails on errors, on requests and on content that is wider than the page. */
async function onPage(
  browser: Browser,
  report: string,
  { width, colorScheme }: { width: number; colorScheme: typeof SCHEMES[number] },
  { reports }: Environment,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  try {
    const page = await context.newPage();
    const url = pathToFileURL(join(reports, `${report}.html`)).href;
    const problems = problemsOf(page, url, /^(data|blob):/);
    await page.goto(url);
    await work(page);
    const surplus = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    if (surplus > 0) problems.push(`overflow: ${surplus} pixels`);
    assert.deepEqual(problems, [], `${report} at ${width}, ${colorScheme}`);
  } finally {
    await context.close();
  }
}

/** By keyboard: counts, costs, words, chart and pictures follow the slider and the costs. */
async function moveThreshold(part: Locator, page: Page): Promise<void> {
  await part.locator("figure[data-live]").waitFor();
  const count = async (name: string) =>
    (await part.locator(`[data-count=${name}]`).innerText()).replaceAll(",", "");
  const total = Number(await count("right")) + Number(await count("wrong")) + Number(await count("held"));
  const slider = part.getByRole("slider");
  await slider.focus();
  await page.keyboard.press("Home");
  assert.equal(await count("held"), "0", "Below the lowest confidence something is held back.");
  const errors = Number(await count("wrong"));
  assert.ok(errors < total / 2, `${errors} of ${total} answers are wrong.`);
  assert.ok(Math.abs(Number(await count("cost")) - 1000 * 5 * errors / total) <= 0.5);
  const pictures = (name: string) => part.locator(`[data-pictures=${name}] img`).count();
  assert.equal(await pictures("wrong"), Math.min(12, errors));
  assert.equal(await pictures("held"), 0);
  await page.keyboard.press("End");
  assert.equal(await slider.inputValue(), "0.99");
  assert.equal(await pictures("held"), Math.min(12, Number(await count("held"))));
  const label = (word: string) => part.locator("figure svg text", { hasText: `${word}: ` }).textContent();
  await page.waitForTimeout(100); // until Vega has drawn it
  assert.match(await label("chosen") ?? "", /^chosen: 0\.99, costs /);
  await part.getByLabel("A wrong courier costs").fill("40");
  await part.getByLabel("A look by a person costs").fill("2");
  await part.getByRole("button", { name: "Set the best threshold" }).press("Enter");
  const best = (await part.locator(".best").innerText()).match(/^Best: (\S+), at (\S+)\. /);
  assert.ok(best, "The best threshold is not named.");
  assert.equal(Number(await slider.inputValue()), Number(best[1]));
  assert.equal(await count("cost"), best[2]!.replaceAll(",", ""));
  await page.waitForTimeout(600); // until the state has been said
  assert.match(
    await part.locator(".state").innerText(),
    new RegExp(`^At ${best[1]}: .*, at 40 for a wrong courier and 2`),
  );
  assert.equal(await label("best"), `best: ${best[1]}, costs ${best[2]}`);
}

/** Twenty guesses, half of them by keyboard, then the score. */
async function playGame(part: Locator, page: Page): Promise<void> {
  await part.getByLabel("sure 95%").check();
  const pictures = new Set<string>();
  for (let round = 0; round < 20; round++) {
    pictures.add(await part.locator(".round img").getAttribute("src") ?? "");
    assert.match(await part.locator(".state").innerText(), new RegExp(`Picture ${round + 1} of 20`));
    if (round % 2 === 0) await part.locator(".classes button").first().click();
    else await page.keyboard.press("2");
  }
  assert.equal(pictures.size, 20);
  const you = await part.locator(".result tr", { hasText: "right" }).locator("td").allInnerTexts();
  assert.ok(you.every((text) => /^\d+ of 20$/.test(text)), you.join());
  assert.match(await part.locator(".result tr", { hasText: "mean confidence" }).innerText(), /95%/);
  assert.match(
    await part.locator(".calibration svg").getAttribute("aria-label") ?? "",
    /^you: 95% sure, \d+ of 20 right/,
  );
  assert.equal(await part.locator(".strip figure").count(), 20);
}

async function classifySample(part: Locator, page: Page): Promise<void> {
  await part.getByLabel(/Drop a picture/).setInputFiles({
    name: "notes.png",
    mimeType: "image/png",
    buffer: Buffer.from("no picture"),
  });
  await part.getByText("notes.png cannot be classified: it cannot be decoded.").waitFor();
  await part.locator(".samples button").nth(1).focus();
  await page.keyboard.press("Enter");
  await part.locator(".answer[data-probabilities]").waitFor();
  const probabilities = await probabilitiesIn(part);
  assert.ok(Math.abs(probabilities.reduce((sum, share) => sum + share, 0) - 1) < 1e-5);
}

async function probabilitiesIn(part: Locator): Promise<number[]> {
  return JSON.parse(await part.locator(".answer").getAttribute("data-probabilities") ?? "[]");
}

/** Classifies test pictures in the page and by the endpoint; returns the largest difference between probabilities. */
async function compareWithEndpoint(browser: Browser, environment: Environment): Promise<number> {
  const aws = await connect({ ...readSettings(), target: "local", stateDir: environment.stateDir, port: 0 });
  try {
    const predictor = await findEndpoint(aws, aws.names.endpoint);
    const keys = (await listObjects(aws.s3, aws.bucket, S3_LAYOUT.test)).slice(0, COMPARED).map(({ Key }) =>
      Key
    );
    assert.equal(keys.length, COMPARED, "There are too few test pictures.");
    const answers = await mapBounded(keys, 4, async (key) => {
      const picture = await getObject(aws.s3, aws.bucket, key);
      return { key, picture, expected: await predictor.predict(picture) };
    });
    let largest = 0;
    const look = { width: 1440, colorScheme: "light" } as const;
    await onPage(browser, "2_train_and_deploy", look, environment, async (page) => {
      const part = page.locator("section.play[data-play=classify]");
      for (const { key, picture, expected } of answers) {
        const file = { name: key.split("/").at(-1)!, mimeType: "image/png", buffer: Buffer.from(picture) };
        await part.getByLabel(/Drop a picture/).setInputFiles(file);
        await part.getByText(`${file.name}: `).waitFor();
        const actual = await probabilitiesIn(part);
        const differences = expected.map((share, index) => Math.abs(share - actual[index]!));
        largest = Math.max(largest, ...differences);
        assert.ok(
          Math.max(...differences) <= TOLERANCE,
          `${key}: ${actual} in the page, ${expected} by the endpoint.`,
        );
      }
    });
    return largest;
  } finally {
    aws.close();
  }
}
