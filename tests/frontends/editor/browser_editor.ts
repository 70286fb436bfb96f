/** The editor's page as a person uses it, for the checks. */
/// <reference lib="dom" />
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { RunningConsole } from "../../../lib/console/server.ts";
import { seriousFindings } from "../axe.ts";

export interface Setting {
  browser: Browser;
  console: RunningConsole;
  /** Of the files that the editor opens and saves. */
  definitions: string;
  screenshots: string;
}

export class BrowserEditor {
  constructor(readonly page: Page, readonly definitions: string, readonly screenshots: string) {}

  /** The names on the cards, in the order of the text. */
  async names(): Promise<string[]> {
    return await this.page.locator(".card b").allTextContents();
  }

  card(name: string) {
    return this.page.locator(`.card[data-name=${JSON.stringify(name)}]`);
  }

  /** Waits until the layout has come to rest. */
  async settled(): Promise<void> {
    await this.page.waitForTimeout(250);
  }

  /** Drags an item of the palette to a point of the window. */
  async drag(item: string, to: { x: number; y: number }): Promise<void> {
    const { mouse } = this.page;
    const box = (await this.page.locator(".palette-item", { hasText: item }).first().boundingBox())!;
    await mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await mouse.down();
    await mouse.move(to.x, to.y - 60, { steps: 5 });
    await mouse.move(to.x, to.y, { steps: 3 });
    // A vertical line has no width, so for the browser it cannot be seen.
    await this.page.locator(".line.target, .empty-place.target").first().waitFor({ state: "attached" });
    await mouse.up();
    await this.settled();
  }

  async centre(selector: string): Promise<{ x: number; y: number }> {
    const box = (await this.page.locator(selector).first().boundingBox())!;
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  async focusCanvas(): Promise<void> {
    await this.page.locator(".canvas").focus();
  }

  /** Saves to a file, and deploys too when told; waits for what the dialog says. */
  async save(name: string, how: "Write the file" | "Write and deploy"): Promise<string> {
    await this.page.getByRole("button", { name: "Save …" }).click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByLabel("File in statemachine/").fill(name);
    await dialog.getByRole("button", { name: how }).click();
    const said = await dialog.locator(".good, .problem[role=alert]").first().innerText();
    await dialog.getByRole("button", { name: "Close" }).last().click();
    assert.match(said, /^Wrote /);
    return said;
  }

  async file(name: string): Promise<unknown> {
    return JSON.parse(await Deno.readTextFile(join(this.definitions, name)));
  }

  /** @throws AssertionError for findings of axe that keep people from using the page */
  async mustBeAccessible(where: string): Promise<void> {
    assert.deepEqual(await seriousFindings(this.page), [], where);
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(this.screenshots, `${name}.png`) });
  }
}

/** Opens the editor in a browser of its own, and fails on every message of the page. */
export async function withEditor(
  { browser, console, definitions, screenshots }: Setting,
  options: { file?: string; width?: number; height?: number; colorScheme?: "light" | "dark" },
  work: (editor: BrowserEditor) => Promise<void>,
): Promise<void> {
  const { file, width = 1440, height = 900, colorScheme = "light" } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  try {
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("console", (message) => problems.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => problems.push(`exception: ${error.message}`));
    page.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).hostname !== "127.0.0.1") {
        problems.push(`request: ${request.url()}`);
      }
    });
    await page.goto(console.newLink());
    const query = file === undefined ? "" : `?file=${encodeURIComponent(file)}`;
    await page.goto(`http://127.0.0.1:${console.port}/workflow${query}`);
    await page.locator(".card, .empty-place").first().waitFor();
    await work(new BrowserEditor(page, definitions, screenshots));
    assert.deepEqual(problems, [], file);
  } finally {
    await context.close();
  }
}
