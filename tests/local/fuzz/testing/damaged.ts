/** Requests that are damaged on their way. */
import fc from "fast-check";
import { hostileText, inUrl } from "./hostile.ts";
import type { Sent } from "./wire.ts";

/** A request as it should be, or with something at its body, its path or its query that no client would send. */
export function perhapsDamaged(request: fc.Arbitrary<Sent>): fc.Arbitrary<Sent> {
  const damage = fc.oneof(
    fc.nat().map((cut) => ({ path, init }: Sent): Sent => {
      const body = String(init.body ?? "");
      return { path, init: init.body ? { ...init, body: body.slice(0, cut % (body.length + 1)) } : init };
    }),
    hostileText.map((body) => ({ path, init }: Sent): Sent => ({
      path,
      init: init.method === "GET" || init.method === "HEAD" ? init : { ...init, body },
    })),
    fc.tuple(fc.nat(), fc.constantFrom("%zz", "%2525", "%00", "..%2f", "function%3A1", "a%2fb")).map(
      ([at, segment]) => ({ path, init }: Sent): Sent => {
        const [target = "", search = ""] = path.split("?");
        const segments = target.split("/");
        segments[1 + at % (segments.length - 1)] = segment;
        return { path: `${segments.join("/")}?${search}`, init };
      },
    ),
    fc.tuple(hostileText, hostileText).map(([name, value]) => ({ path, init }: Sent): Sent => ({
      path: `${path}${path.includes("?") ? "&" : "?"}${inUrl(name)}=${inUrl(value)}`,
      init,
    })),
  );
  return fc.oneof(
    { arbitrary: request, weight: 4 },
    fc.tuple(request, damage).map(([sent, change]) => change(sent)),
  );
}
