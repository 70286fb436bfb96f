/** Attacks on the console: by other sites' pages, other hosts, strangers on this machine, and what AWS holds. */
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { admitted, withConsole } from "./testing.ts";

/** A request with a Host of its own, which fetch does not allow. @returns its status */
function withHost(port: number, host: string, cookie: string): Promise<number> {
  return new Promise((resolve, reject) =>
    httpRequest({ host: "127.0.0.1", port, path: "/api/target", headers: { host, cookie } }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    }).on("error", reject).end()
  );
}

Deno.test("console: who has not opened a link gets nothing, neither page, scripts nor data", async () => {
  await withConsole(async ({ origin }) => {
    for (const path of ["/", "/orders", "/api/target", "/assets/shell/main.js", "/?token=", "/?token=00"]) {
      const response = await fetch(origin + path, { redirect: "manual" });
      assert.equal(response.status, 401, path);
      assert.match(await response.text(), /has not opened the console's link/);
      assert.equal(response.headers.get("set-cookie"), null);
    }
  });
});

Deno.test("console: a link works once, leaves the address bar, and its cookie is closed to scripts and other sites", async () => {
  await withConsole(async ({ newLink, origin }) => {
    const link = newLink();
    const first = await fetch(link, { redirect: "manual" });
    await first.body?.cancel();
    assert.equal(first.status, 303);
    assert.equal(first.headers.get("location"), "/");
    const [cookie, ...attributes] = first.headers.get("set-cookie")!.split("; ");
    assert.deepEqual(attributes.sort(), ["HttpOnly", "Path=/", "SameSite=Strict"]);
    assert.doesNotMatch(cookie!, new RegExp(new URL(link).searchParams.get("token")!));
    const second = await fetch(link, { redirect: "manual" });
    assert.equal(second.status, 401);
    await second.body?.cancel();
    const guessed = await fetch(`${origin}/api/target`, { headers: { cookie: `${cookie!.slice(0, -1)}x` } });
    assert.equal(guessed.status, 401);
    await guessed.body?.cancel();
    // The same browser may open a used link again.
    const again = await fetch(link, { redirect: "manual", headers: { cookie: cookie! } });
    assert.equal(again.status, 303);
    await again.body?.cancel();
  });
});

Deno.test("console: pages of other sites and other ports are refused, with the cookie too", async () => {
  await withConsole(async ({ request, port }) => {
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: `http://127.0.0.1:${port + 1}` },
      { origin: `http://localhost:${port}` },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of foreign) {
      for (const method of ["GET", "POST"]) {
        const response = await request("/api/target", { method, headers });
        assert.equal(response.status, 403, JSON.stringify(headers));
        assert.match(await response.text(), /does not answer pages of other sites/);
      }
    }
    const own = await request("/api/target", { headers: { origin: `http://127.0.0.1:${port}` } });
    assert.equal(own.status, 200);
    await own.body?.cancel();
  });
});

Deno.test("console: names that lead here by DNS rebinding are refused", async () => {
  await withConsole(async (running) => {
    const cookie = await admitted(running);
    const { port } = running;
    for (
      const host of [
        "evil.example",
        `evil.example:${port}`,
        `127.0.0.1:${port + 1}`,
        `127.0.0.1.evil:${port}`,
      ]
    ) {
      assert.equal(await withHost(port, host, cookie), 421, host);
    }
    assert.equal(await withHost(port, `127.0.0.1:${port}`, cookie), 200);
    assert.equal(await withHost(port, `localhost:${port}`, cookie), 200);
  });
});

Deno.test("console: it listens on the loopback interface only", async () => {
  await withConsole(async ({ port }) => {
    const others = Deno.networkInterfaces().filter(({ family, address }) =>
      family === "IPv4" && !address.startsWith("127.")
    );
    for (const { address } of others) {
      await assert.rejects(() => Deno.connect({ hostname: address, port }), Deno.errors.ConnectionRefused);
    }
  });
});

Deno.test("console: a page runs the console's own scripts only, and nothing may frame or read an answer", async () => {
  await withConsole(async ({ request }) => {
    const page = await request("/");
    const policy = page.headers.get("content-security-policy")!;
    assert.match(policy, /default-src 'none'; script-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    const html = await page.text();
    assert.doesNotMatch(html, /<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/);
    assert.match(html, new RegExp(`nonce="${policy.match(/'nonce-([^']+)'/)![1]}"`));
    for (const path of ["/", "/api/target", "/assets/shell/main.js", "/api/nothing"]) {
      const { headers, body } = await request(path);
      await body?.cancel();
      assert.equal(headers.get("cross-origin-resource-policy"), "same-origin", path);
      assert.equal(headers.get("x-content-type-options"), "nosniff", path);
      assert.equal(headers.get("referrer-policy"), "no-referrer", path);
      assert.equal(headers.get("access-control-allow-origin"), null, path);
      assert.ok(headers.get("content-security-policy"), path);
    }
  });
});

Deno.test("console: paths do not lead out of the bundled files", async () => {
  await withConsole(async ({ request }) => {
    for (
      const path of [
        "/assets/../server.ts",
        "/assets/%2e%2e/server.ts",
        "/assets/..%2fserver.ts",
        "/assets//etc/passwd",
      ]
    ) {
      const response = await request(path);
      assert.equal(response.status, 404, path);
      await response.body?.cancel();
    }
  });
});
