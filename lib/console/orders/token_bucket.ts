/** Request rates as AWS counts them. */
import type { Aws } from "../../aws/clients.ts";
import { sleep } from "../../aws/waiting.ts";

/** A bucket of tokens that fills itself: each request takes one. */
export class TokenBucket {
  #tokens: number;
  #at = performance.now();

  constructor(readonly size: number, readonly perSecond: number) {
    this.#tokens = size;
  }

  /** Waits for a token. @param keep so many are left for others, who are in more of a hurry */
  async take(keep = 0, signal?: AbortSignal): Promise<void> {
    while (!this.#has(keep)) await sleep((keep + 1 - this.#tokens) / this.perSecond + 0.001, signal);
    this.#tokens--;
  }

  #has(keep: number): boolean {
    const now = performance.now();
    this.#tokens = Math.min(this.size, this.#tokens + (now - this.#at) / 1000 * this.perSecond);
    this.#at = now;
    return this.#tokens >= keep + 1;
  }
}

/**
 * Half of what an account has in most regions, so that other programs are not throttled; the local AWS has no limits, but
 * should not be busy with the console alone. Source: Step Functions' guide, "Quotas related to API action throttling".
 */
export function bucketsFor({ target }: Pick<Aws, "target">) {
  const bucket = (size: number, perSecond: number) =>
    target === "local" ? new TokenBucket(400, 400) : new TokenBucket(size / 2, perSecond / 2);
  return { list: bucket(100, 2), describe: bucket(250, 10), history: bucket(400, 20) };
}
