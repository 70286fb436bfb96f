/** The console in Chromium: a run live, a dropped picture, many orders, by keyboard, on a phone, and attacked. */
/// <reference lib="dom" />
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { mapBounded } from "../../lib/concurrent.ts";
import { createMachine, type Fate, fateReached, stageNote, startFate } from "../console/machine.ts";
import { type TestConsole, withConsole } from "../console/testing.ts";
import { seriousFindings } from "./axe.ts";
import { withBrowser } from "./browser.ts";
import { type Environment, remake } from "./environment.ts";

const PAGES = ["", "orders", "orders?outcome=failed", "orders/order-00007", "review", "models"];
const WIDTHS = [390, 1280];
const SCHEMES = ["light", "dark"] as const;
const ORDERS = 1200;

export async function checkConsole(
  { chromium, screenshots }: Pick<Environment, "chromium" | "screenshots">,
): Promise<string> {
  const folder = join(screenshots, "console");
  await remake(folder);
  let looks = 0;
  await withConsole(async (console) => {
    await fill(console);
    await withBrowser(chromium, async (browser) => {
      looks = await lookAtPages(browser, console, folder);
      await onPage(browser, console, {}, scrollThrough);
      await onPage(browser, console, {}, dropPicture);
      await onPage(browser, console, {}, (page) => watchRun(page, console));
      await onPage(browser, console, {}, useKeyboard);
      await attack(browser, console);
    });
  });
  return `${looks} looks without serious findings of axe; ${ORDERS} orders scrolled, a picture dropped, a run watched, ` +
    "by keyboard too; other pages get nothing";
}

/** Orders of every outcome, with texts that a page must not take for HTML. */
async function fill({ aws }: TestConsole): Promise<void> {
  await stageNote(aws);
  await createMachine(aws);
  const fates: Fate[] = ["route", "route", "hold", "route", "break"];
  const names = Array.from({ length: ORDERS }, (_, index) => `order-${String(index).padStart(5, "0")}`);
  await mapBounded(names, 16, async (name, index) => {
    const confidence = 0.5 + (index * 37 % 50) / 100;
    const inferences = index % 2 ? [confidence, 1 - confidence] : [1 - confidence, confidence];
    const key = index % 100 === 7 ? '"><img src=x onerror="globalThis.attacked=1">' : `orders/${name}.png`;
    await startFate(aws, name, fates[index % fates.length]!, inferences, key);
  });
  await mapBounded(names, 16, (name) => fateReached(aws, name));
}

interface Look {
  width?: number;
  colorScheme?: typeof SCHEMES[number];
}

/** Opens the console in a browser of its own, and fails when it says or asks anything that it should not. */
async function onPage(
  browser: Browser,
  { newLink, origin }: TestConsole,
  { width = 1280, colorScheme }: Look,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
  const problems: string[] = [];
  try {
    const page = await context.newPage();
    // A picture that is not in the bucket is no fault of the page; the browser logs its status.
    page.on("console", (message) => {
      if (!message.location().url.includes("/api/picture")) problems.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => problems.push(`exception: ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) {
        problems.push(`request: ${request.url()}`);
      }
    });
    await page.goto(newLink());
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await work(page);
    if (await page.evaluate(() => "attacked" in globalThis)) problems.push("A text of AWS ran as a script.");
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
  }
}

/** Every page at every width, light and dark: nothing overflows, and axe has no serious finding. */
async function lookAtPages(browser: Browser, console: TestConsole, folder: string): Promise<number> {
  let looks = 0;
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      await onPage(browser, console, { width, colorScheme }, async (page) => {
        for (const path of PAGES) {
          await page.goto(`${console.origin}/${path}`);
          await page.locator("h1").waitFor();
          await page.locator(".loading").waitFor({ state: "detached" });
          if (path.startsWith("orders?")) await page.locator(".row b").first().waitFor();
          const where = `/${path} at ${width}, ${colorScheme}`;
          assert.deepEqual(await seriousFindings(page), [], where);
          const surplus = await page.evaluate(() => {
            const { scrollWidth, clientWidth } = document.documentElement;
            return scrollWidth - clientWidth;
          });
          assert.ok(surplus <= 0, `${where}: ${surplus} pixels too wide`);
          const name = path.replaceAll(/\W+/g, "-") || "overview";
          await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
          looks++;
        }
      });
    }
  }
  return looks;
}

/** All orders can be reached, and few of them are in the document at a time. */
async function scrollThrough(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Orders" }).click();
  await page.locator(".row b").first().waitFor();
  await page.locator(".count", { hasText: "1,200" }).waitFor();
  const list = page.locator(".list");
  const seen = new Set<string>();
  const height = await list.evaluate((element) => element.scrollHeight);
  assert.equal(height, ORDERS * 56);
  for (let top = 0; top < height; top += 600) {
    await list.evaluate((element, top) => element.scrollTo({ top }), top);
    await page.waitForFunction(rowsFillList);
    await page.locator(".row.waiting").first().waitFor({ state: "detached" });
    for (
      const href of await page.locator("a.row").evaluateAll((rows) =>
        rows.map((row) => row.getAttribute("href")!)
      )
    ) {
      seen.add(href);
    }
    assert.ok(await page.locator(".list li").count() < 60);
  }
  assert.equal(seen.size, ORDERS);
  await page.getByRole("button", { name: "Held back" }).click();
  await page.locator(".count", { hasText: /^240 of 1,200$/ }).waitFor();
  await page.getByLabel("Class").selectOption("bicycle");
  await page.locator(".count", { hasText: /^120 of 1,200$/ }).waitFor();
  await page.getByLabel("Time").selectOption("Between …");
  await page.getByLabel("From").fill("2099-01-31T12:00");
  await page.getByText("No order is like that").waitFor();
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await page.locator(".count", { hasText: /^1,200$/ }).waitFor();
}

/** Whether the list shows rows from its top to its bottom: after scrolling they are drawn with a later frame. */
function rowsFillList(): boolean {
  const { left, top, bottom } = document.querySelector(".list")!.getBoundingClientRect();
  return [top + 5, Math.min(bottom, innerHeight) - 5].every((y) =>
    document.elementFromPoint(left + 50, y)?.closest(".row")
  );
}

/** A picture that is dropped is uploaded and runs, while its graph colours. */
async function dropPicture(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Orders" }).click();
  await page.locator(".row b").first().waitFor();
  const jpeg = await sharp({ create: { width: 300, height: 200, channels: 3, background: "teal" } }).jpeg()
    .toBuffer();
  const transfer = await page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    transfer.items.add(new File([bytes], "my bike.jpg", { type: "image/jpeg" }));
    transfer.items.add(new File(["text"], "notes.txt", { type: "text/plain" }));
    return transfer;
  }, Uint8Array.from(jpeg).toBase64());
  await page.dispatchEvent(".orders", "dragenter", { dataTransfer: transfer });
  await page.locator(".drop").waitFor();
  await page.dispatchEvent(".orders", "drop", { dataTransfer: transfer });
  const tray = page.locator(".tray");
  await tray.getByText("notes.txt: is not a PNG or JPEG picture").waitFor();
  await tray.locator("[data-state=look]", { hasText: "in progress" }).waitFor();
  await tray.locator("[data-state=look]", { hasText: "succeeded in 1" }).waitFor();
  await tray.locator(".badge", { hasText: "Routed" }).waitFor();
  await page.locator("a.row", { hasText: "my-bike.png" }).locator(".badge", { hasText: "Routed" }).waitFor();
  const shown = page.locator("a.row", { hasText: "my-bike.png" }).locator("img");
  assert.equal(await shown.evaluate((image: HTMLImageElement) => image.naturalWidth), 32);
}

/** An execution is followed while it runs, stopped, and run again. */
async function watchRun(page: Page, { aws, origin }: TestConsole): Promise<void> {
  await startFate(aws, "watched", "wait");
  await page.goto(`${origin}/orders/watched`);
  await page.locator("[data-state=wait]", { hasText: "in progress" }).waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop it" }).click();
  await page.locator("[data-state=wait]", { hasText: "stopped" }).waitFor();
  await page.getByText("The execution was stopped.").waitFor();
  await page.getByRole("tab", { name: /^Events/ }).click();
  await page.getByRole("cell", { name: "ExecutionAborted" }).waitFor();
  await page.getByRole("tab", { name: "Compare" }).click();
  await page.getByLabel("Compare with").selectOption({ index: 2 });
  await page.getByRole("region", { name: "Comparison" }).waitFor();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.waitForURL(/\/orders\/order-/);
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Stop it" }).click();
  await page.getByText("ABORTED").waitFor();
}

/** From the overview to a state's input without a mouse; the focus is always seen. */
async function useKeyboard(page: Page): Promise<void> {
  const press = (key: string) => page.keyboard.press(key);
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
  const tabTo = async (text: RegExp) => {
    for (let presses = 0; presses < 60; presses++) {
      await press("Tab");
      if (text.test(await focused())) {
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
        assert.notEqual(outline, "none", `The focus on ${text} is not seen.`);
        return;
      }
    }
    throw new Error(`Tab does not lead to ${text}.`);
  };
  await tabTo(/^Skip to the page$/);
  await tabTo(/^Orders$/);
  await press("Enter");
  await page.locator(".row b").first().waitFor();
  await tabTo(/^Held back$/);
  await press("Enter");
  await page.locator(".count", { hasText: /^240 of/ }).waitFor();
  await page.locator(".list").focus();
  await press("ArrowDown");
  await press("ArrowDown");
  await press("ArrowDown");
  await page.waitForFunction(() => document.activeElement?.getAttribute("data-index") === "2");
  await press("Enter");
  await page.locator(".execution svg").waitFor();
  await tabTo(/^Input$/);
  await press("Enter");
  await page.getByRole("tabpanel", { name: "input" }).getByText("inferences").waitFor();
}

/** Another site's page, with the console's cookie in the browser, gets and does nothing. */
async function attack(browser: Browser, console: TestConsole): Promise<void> {
  const html = `<!DOCTYPE html><title>evil</title>
<iframe src="${console.origin}/"></iframe><img src="${console.origin}/api/target">
<form method="post" enctype="text/plain" target="_self" action="${console.origin}/api/executions/order-00000/again"></form>`;
  const evil = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(html, { headers: { "content-type": "text/html" } }),
  );
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(console.newLink());
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    const count = async () => (await (await console.request("/api/orders?limit=1")).json()).total;
    const before = await count();
    // The same host on another port shares the cookie; only what the browser says of the page tells them apart.
    const statuses: number[] = [];
    page.on("response", (response) => {
      if (response.url().startsWith(console.origin)) statuses.push(response.status());
    });
    await page.goto(`http://127.0.0.1:${evil.addr.port}/`);
    const read = await page.evaluate(async (origin) => {
      const attempts = [
        fetch(`${origin}/api/orders`, { credentials: "include" }).then((response) => response.text()),
        fetch(`${origin}/api/executions/order-00000/again`, {
          method: "POST",
          credentials: "include",
          headers: { "content-type": "application/json" },
          body: "{}",
        }).then((response) => response.text()),
        new Promise((resolve, reject) => {
          const source = new EventSource(`${origin}/api/orders/live`, { withCredentials: true });
          source.addEventListener("value", resolve);
          source.onerror = () => reject(source.close());
        }),
      ];
      const settled = await Promise.allSettled(attempts);
      await fetch(`${origin}/api/executions/order-00000/again`, {
        method: "POST",
        mode: "no-cors",
        body: "{}",
      })
        .catch(() => {});
      return settled.filter(({ status }) => status === "fulfilled").length;
    }, console.origin);
    assert.equal(read, 0, "A page of another site read an answer.");
    await page.evaluate(() => document.forms[0]!.submit());
    await page.getByText("does not answer pages of other sites").waitFor();
    assert.ok(statuses.length > 0 && statuses.every((status) => status === 403), `${statuses}`);
    assert.equal(await count(), before, "A page of another site started an execution.");
  } finally {
    await context.close();
    await evil.shutdown();
  }
}
