/** Lists of groups and streams stay in place when items come, go or change between two pages. */
import assert from "node:assert/strict";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  type DescribeLogStreamsCommandInput,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { withLocalAws } from "../testing.ts";

const T0 = Date.UTC(2026, 0, 1);
const GROUP = "group";

function withLogs(body: (logs: CloudWatchLogsClient) => Promise<void>): Promise<void> {
  return withLocalAws(async (aws) => {
    const logs = new CloudWatchLogsClient(aws.client);
    try {
      await body(logs);
    } finally {
      logs.destroy();
    }
  }, { now: () => T0 + 60_000 });
}

/** A group with streams of these names, with an event at the given time after T0, if any. */
async function createStreams(
  logs: CloudWatchLogsClient,
  streams: Record<string, number | undefined>,
): Promise<void> {
  await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
  for (const [logStreamName, time] of Object.entries(streams)) {
    await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName }));
    if (time !== undefined) await put(logs, logStreamName, time);
  }
}

function put(logs: CloudWatchLogsClient, logStreamName: string, time: number) {
  const logEvents = [{ timestamp: T0 + time, message: "m" }];
  return logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName, logEvents }));
}

async function streamPage(logs: CloudWatchLogsClient, rest: Partial<DescribeLogStreamsCommandInput> = {}) {
  const { logStreams, nextToken } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName: GROUP, limit: 2, ...rest }),
  );
  return { names: logStreams!.map(({ logStreamName }) => logStreamName).join(" "), nextToken };
}

Deno.test("groups: the token's is deleted, one is created and one changed between two pages", () =>
  withLogs(async (logs) => {
    for (const logGroupName of ["a", "b", "c", "d"]) {
      await logs.send(new CreateLogGroupCommand({ logGroupName }));
    }
    const page = async (nextToken?: string) => {
      const answer = await logs.send(new DescribeLogGroupsCommand({ limit: 2, nextToken }));
      return { names: answer.logGroups!.map(({ logGroupName }) => logGroupName).join(" "), ...answer };
    };
    const first = await page();
    assert.equal(first.names, "a b");
    await logs.send(new DeleteLogGroupCommand({ logGroupName: "b" }));
    await logs.send(new CreateLogGroupCommand({ logGroupName: "a2" }));
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: "c", retentionInDays: 7 }));
    const second = await page(first.nextToken);
    assert.deepEqual([second.names, second.logGroups![0]!.retentionInDays], ["c d", 7]);
    assert.equal(second.nextToken, undefined);
    await assert.rejects(page("bogus"), { name: "InvalidParameterException" });
  }));

Deno.test("streams by name: the token's is deleted and one changed between two pages", () =>
  withLogs(async (logs) => {
    await createStreams(logs, { a: 1, b: 2, c: 3, d: undefined });
    const first = await streamPage(logs);
    assert.equal(first.names, "a b");
    await logs.send(new DeleteLogStreamCommand({ logGroupName: GROUP, logStreamName: "b" }));
    await put(logs, "c", 9);
    const second = await streamPage(logs, { nextToken: first.nextToken });
    assert.deepEqual(second, { names: "c d", nextToken: undefined });
    const other = streamPage(logs, { nextToken: first.nextToken, descending: true });
    await assert.rejects(other, { name: "InvalidParameterException" });
  }));

Deno.test("streams by last event: the token's is deleted and one changed between two pages", () =>
  withLogs(async (logs) => {
    await createStreams(logs, { a: 4, b: 3, c: 2, d: 1, e: undefined });
    const order = { orderBy: "LastEventTime", descending: true } as const;
    const first = await streamPage(logs, order);
    assert.equal(first.names, "a b");
    await logs.send(new DeleteLogStreamCommand({ logGroupName: GROUP, logStreamName: "b" }));
    // A stream of the first page moves: the others are neither skipped nor repeated.
    await put(logs, "a", 9);
    const second = await streamPage(logs, { ...order, nextToken: first.nextToken });
    assert.equal(second.names, "c d");
    const third = await streamPage(logs, { ...order, nextToken: second.nextToken });
    assert.deepEqual(third, { names: "e", nextToken: undefined });
  }));
