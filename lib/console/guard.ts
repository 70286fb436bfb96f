/** Who may use the console: the browser that opened this start's link, and nobody through another page. */
import { timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

/** Where a browser may say that a request comes from: an address that was typed, or the console itself. */
const OWN_SITES: readonly (string | undefined)[] = [undefined, "none", "same-origin"];

const SECRET_BYTES = 32;

/** The secrets of one start. A link works once: it may be seen in a list of processes or in the browser's history. */
export class Guard {
  readonly #session = secret();
  readonly #links = new Set<string>();

  /** @param port at which the console listens: a request's own address is what its Host says */
  constructor(readonly port: () => number) {}

  /** The token of a new link, `/?token=…`. */
  newToken(): string {
    const token = secret();
    this.#links.add(token);
    return token;
  }

  /** Uses up a token. @returns whether it was one */
  admits(token: string): boolean {
    const found = [...this.#links].find((link) => equal(link, token));
    return found !== undefined && this.#links.delete(found);
  }

  /** Refuses other hosts (DNS rebinding), other sites' pages, and browsers that have not opened a link. */
  readonly check: MiddlewareHandler = async (c, next) => {
    const port = this.port();
    const host = c.req.header("host") ?? "";
    if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
      return c.text(`The console answers at 127.0.0.1:${port} only, not at the host ${host}.`, 421);
    }
    const origin = c.req.header("origin");
    const isForeign = origin !== undefined && origin !== `http://${host}`;
    if (isForeign || !OWN_SITES.includes(c.req.header("sec-fetch-site"))) {
      return c.text(
        `The console does not answer pages of other sites${origin ? `, such as ${origin}` : ""}.`,
        403,
      );
    }
    // Cookies are shared by all ports of a host.
    const cookie = `scones_console_${port}`;
    const token = c.req.path === "/" && c.req.method === "GET" ? c.req.query("token") : undefined;
    if (token !== undefined && this.admits(token)) {
      setCookie(c, cookie, this.#session, { httpOnly: true, sameSite: "Strict", path: "/" });
      return c.redirect("/", 303);
    }
    if (!equal(getCookie(c, cookie) ?? "", this.#session)) return c.text(STRANGER, 401);
    if (token !== undefined) return c.redirect("/", 303);
    await next();
  };
}

const STRANGER =
  "This browser has not opened the console's link, or the link has been used, or the console was " +
  'started again. Press Enter in the terminal of "deno task console" for a new link.\n';

function secret(): string {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toHex();
}

function equal(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text)) as [Uint8Array, Uint8Array];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** No page may frame, embed or read an answer. A page gets scripts and styles of this server only, whatever it shows. */
export const protect: MiddlewareHandler = async (c, next) => {
  await next();
  const { headers } = c.res;
  if (!headers.has("content-security-policy")) {
    headers.set("content-security-policy", "default-src 'none'; sandbox");
  }
  headers.set("cross-origin-resource-policy", "same-origin");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("referrer-policy", "no-referrer");
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-frame-options", "DENY");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
};

/** The policy of the console's page; `nonce` is for style sheets that CodeMirror makes. */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
