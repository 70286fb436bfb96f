/** A local AWS whose clock tests move, with clients of CloudWatch. */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { type TestAws, withLocalAws } from "../testing.ts";

export interface TestCloudWatch {
  readonly aws: TestAws;
  readonly client: CloudWatchClient;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Moves the clock. */
  pass(seconds: number): void;
}

/** Noon: whole minutes, hours and days are easy to see. */
export const NOON = Date.UTC(2026, 0, 10, 12);

export async function withCloudWatch(body: (test: TestCloudWatch) => Promise<void>): Promise<void> {
  let now = NOON;
  await withLocalAws(async (aws) => {
    const client = new CloudWatchClient(aws.client);
    try {
      await body({ aws, client, now: () => now, pass: (seconds) => void (now += seconds * 1000) });
    } finally {
      client.destroy();
    }
  }, { now: () => now });
}
