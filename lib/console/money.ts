/** What costs money on AWS asks first. */
import { HTTPException } from "hono/http-exception";
import type { Aws } from "../aws/clients.ts";

/** Status 409: the browser asks its user, and sends the request again with `confirmed`. */
export class CostsMoneyError extends HTTPException {
  constructor(costs: string) {
    super(409, { message: costs });
  }
}

/**
 * Dollars for one order in us-east-1: four state transitions, three calls of functions of 256 MB and about 0.2 s, one write
 * and one read in S3. The endpoint costs the same with and without orders. Source: AWS's price lists of 2026.
 */
const ORDER_DOLLARS = 4 * 0.000025 + 3 * (0.0000002 + 0.25 * 0.2 * 0.0000166667) + 0.0000054;

/** @throws CostsMoneyError on AWS, unless the user has agreed */
export function askBeforeOrder({ target }: Pick<Aws, "target">, confirmed: boolean): void {
  if (target === "local" || confirmed) return;
  throw new CostsMoneyError(
    `Each order costs about $${
      ORDER_DOLLARS.toFixed(4)
    } on AWS (state transitions, three function calls, S3), beside the ` +
      "endpoint, which costs the same with and without orders.",
  );
}
