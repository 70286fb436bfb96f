/** Throttles requests by token buckets, one for each operation in each region. */
import { AwsError } from "./errors.ts";
import type { Strict } from "./strict.ts";

interface Bucket {
  tokens: number;
  /** When it was last filled, in milliseconds. */
  filled: number;
}

export class RequestRates {
  readonly #buckets = new Map<string, Bucket>();

  /** @param now in milliseconds */
  constructor(readonly profile: (region: string) => Strict, readonly now = () => performance.now()) {}

  /** Takes a token. @throws AwsError in the service's words when there is none left */
  take(region: string, service: string, operation: string): void {
    const rate = this.profile(region).rates[service]?.[operation];
    if (!rate) return;
    const key = `${region} ${service} ${operation}`;
    const now = this.now();
    const bucket = this.#buckets.get(key) ?? { tokens: rate.size, filled: now };
    bucket.tokens = Math.min(rate.size, bucket.tokens + (now - bucket.filled) / 1000 * rate.refill);
    bucket.filled = now;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) throw throttled(service);
    bucket.tokens--;
  }
}

function throttled(service: string): AwsError {
  return service === "lambda"
    ? new AwsError("TooManyRequestsException", "Rate exceeded", 429, { Reason: "CallerRateLimitExceeded" })
    : new AwsError("ThrottlingException", "Rate exceeded");
}
