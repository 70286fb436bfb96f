import assert from "node:assert/strict";
import { openCommand, wantsPage } from "../../lib/tasks/open_page.ts";

Deno.test("a page is opened on a terminal with a desktop, or as asked for", () => {
  const linux = (isTerminal: boolean, environment: Record<string, string>) => ({
    isTerminal,
    os: "linux" as const,
    environment,
  });
  const desktop = { DISPLAY: ":0" };
  assert.equal(wantsPage(undefined, linux(true, desktop)), true);
  assert.equal(wantsPage(undefined, linux(true, { WAYLAND_DISPLAY: "wayland-0" })), true);
  assert.equal(wantsPage(undefined, { ...linux(true, {}), os: "darwin" }), true);
  assert.equal(wantsPage(undefined, linux(true, {})), false, "no desktop");
  assert.equal(wantsPage(undefined, linux(false, desktop)), false, "nobody is looking");
  assert.equal(wantsPage(undefined, linux(true, { ...desktop, CI: "true" })), false);
  assert.equal(wantsPage(undefined, linux(true, { ...desktop, SSH_CONNECTION: "x" })), false);
  assert.equal(wantsPage("--no-open", linux(true, desktop)), false);
  assert.equal(wantsPage("--open", linux(false, {})), true);
});

Deno.test("each system has its command to open a page", () => {
  assert.deepEqual(openCommand("a b.html", "linux"), ["xdg-open", "a b.html"]);
  assert.deepEqual(openCommand("a b.html", "darwin"), ["open", "a b.html"]);
  assert.deepEqual(openCommand("a b.html", "windows"), ["cmd", "/c", "start", "", "a b.html"]);
});
