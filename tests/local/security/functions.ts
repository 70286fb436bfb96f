/** What the attacks of functions share: both ways in which functions are confined, and how long the server pauses. */
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { withLambda } from "../lambda/testing.ts";
import type { TestAws } from "../testing.ts";

/** Registers a test for functions with a file system of their own, where there can be one, and one without. */
export function attack(name: string, body: (lambda: LambdaClient, aws: TestAws) => Promise<void>): void {
  for (const ownRoot of [true, false]) {
    Deno.test(
      `${name} (${ownRoot ? "the best sandbox here" : "Deno's permissions alone"})`,
      () => withLambda(body, { lambda: { ownRoot } }),
    );
  }
}

/** Source of a function that runs `attempts` by name and returns what came of each. */
export function attempting(imports: string, attempts: Record<string, string>): string {
  const entries = Object.entries(attempts).map(([name, code]) =>
    `${JSON.stringify(name)}: async (event) => { ${code} }`
  );
  return `${imports}
    const attempts = { ${entries.join(",\n")} };
    export const handler = async (event) => {
      const results = {};
      for (const [name, attempt] of Object.entries(attempts)) {
        const late = new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), 3000));
        try {
          results[name] = String(await Promise.race([attempt(event), late]));
        } catch (error) {
          results[name] = "!" + error;
        }
      }
      return results;
    };`;
}

/**
 * The longest time in which this process, the server's, did nothing else, in milliseconds: of three tries the best,
 * because a busy machine pauses it too.
 */
export async function longestPause(work: () => Promise<unknown>): Promise<number> {
  let best = Infinity;
  for (let tries = 0; tries < 3 && best > 100; tries++) {
    let longest = 0;
    let last = performance.now();
    const ticker = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }, 1);
    try {
      await work();
    } finally {
      clearInterval(ticker);
    }
    best = Math.min(best, longest);
  }
  return best;
}
