/** CloudWatch Logs against the real client. */
import assert from "node:assert/strict";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  paginateDescribeLogStreams,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { createLogs } from "../../../lib/local/logs/logs.ts";
import type { Access, Core } from "../../../lib/local/core.ts";
import { Store } from "../../../lib/local/store.ts";
import type { LocalAwsOptions } from "../../../lib/local/server.ts";
import { withLocalAws } from "../testing.ts";

const GROUP = "/aws/lambda/serialize";
const STREAM = "2026/01/01/[$LATEST]0123";
const named = { logGroupName: GROUP, logStreamName: STREAM };
const T0 = Date.UTC(2026, 0, 1);

function withStream(
  body: (logs: CloudWatchLogsClient) => Promise<void>,
  options: Partial<LocalAwsOptions> = { now: () => T0 + 60_000 },
): Promise<void> {
  return withLocalAws(async (aws) => {
    const logs = new CloudWatchLogsClient(aws.client);
    try {
      await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
      await logs.send(new CreateLogStreamCommand(named));
      await body(logs);
    } finally {
      logs.destroy();
    }
  }, options);
}

const put = (logs: CloudWatchLogsClient, ...messages: string[]) =>
  logs.send(
    new PutLogEventsCommand({
      ...named,
      logEvents: messages.map((message, index) => ({ timestamp: T0 + index, message })),
    }),
  );

Deno.test("GetLogEvents pages forward until its token stands still, and backward from the end", () =>
  withStream(async (logs) => {
    await put(logs, "a", "b", "c", "d", "e");
    const get = async (nextToken?: string, startFromHead = true) => {
      const page = await logs.send(new GetLogEventsCommand({ ...named, startFromHead, nextToken, limit: 2 }));
      return { ...page, text: page.events?.map(({ message }) => message).join("") };
    };
    const pages = [await get()];
    while (pages.at(-1)?.nextForwardToken !== pages.at(-2)?.nextForwardToken) {
      pages.push(await get(pages.at(-1)?.nextForwardToken));
    }
    assert.deepEqual(pages.map(({ text }) => text), ["ab", "cd", "e", ""]);
    const tail = await get(undefined, false);
    assert.equal(tail.text, "de");
    assert.equal((await get(tail.nextBackwardToken, false)).text, "bc");
    // A reader at the end gets later events.
    await logs.send(new PutLogEventsCommand({ ...named, logEvents: [{ timestamp: T0 + 9, message: "f" }] }));
    assert.equal((await get(pages.at(-1)?.nextForwardToken)).text, "f");
  }));

Deno.test("GetLogEvents takes the start and leaves out the end of a time range", () =>
  withStream(async (logs) => {
    await put(logs, "a", "b", "c");
    const page = await logs.send(new GetLogEventsCommand({ ...named, startTime: T0 + 1, endTime: T0 + 2 }));
    assert.deepEqual(page.events, [{ message: "b", timestamp: T0 + 1, ingestionTime: T0 + 60_000 }]);
  }));

Deno.test("FilterLogEvents finds terms as words in the order of time", () =>
  withStream(async (logs) => {
    await put(logs, "ERROR one", "WARN two", "ERRORS three", "[ERROR 400] four two", "DEBUG five");
    const find = async (filterPattern: string) => {
      const found = [];
      const pages = paginateFilterLogEvents({ client: logs, pageSize: 1 }, {
        logGroupName: GROUP,
        filterPattern,
      });
      for await (const page of pages) found.push(...(page.events ?? []));
      return found.map(({ message }) => message?.split(" ").at(-1)).join(" ");
    };
    assert.equal(await find(""), "one two three two five");
    assert.equal(await find("ERROR"), "one two");
    assert.equal(await find("?WARN ?DEBUG"), "two five");
    assert.equal(await find("ERROR -400"), "one");
    assert.equal(await find('"[ERROR 400]"'), "two");
    await assert.rejects(find("{ $.level = 1 }"), {
      name: "InvalidParameterException",
      message: /does not support/,
    });
    await assert.rejects(find("a%b"), { name: "InvalidParameterException" });
  }));

Deno.test("FilterLogEvents keeps to streams by name or prefix", () =>
  withStream(async (logs) => {
    await put(logs, "a");
    await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: "other" }));
    await logs.send(
      new PutLogEventsCommand({
        logGroupName: GROUP,
        logStreamName: "other",
        logEvents: [{ timestamp: T0, message: "b" }],
      }),
    );
    const found = async (input: { logStreamNames?: string[]; logStreamNamePrefix?: string }) => {
      const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, ...input }));
      return events?.map(({ message }) => message).join("");
    };
    assert.equal(await found({ logStreamNames: ["other"] }), "b");
    assert.equal(await found({ logStreamNamePrefix: "2026/" }), "a");
    assert.equal(await found({}), "ab");
  }));

Deno.test("groups and streams are described in pages, by prefix and by last event", () =>
  withStream(async (logs) => {
    for (const name of ["b", "a", "b2"]) {
      await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: name }));
    }
    await put(logs, "x");
    const names = async (input: object) => {
      const found: (string | undefined)[] = [];
      const pages = paginateDescribeLogStreams({ client: logs, pageSize: 1 }, {
        logGroupName: GROUP,
        ...input,
      });
      for await (const page of pages) {
        found.push(...(page.logStreams ?? []).map((stream) => stream.logStreamName));
      }
      return found.join(" ");
    };
    assert.equal(await names({}), `${STREAM} a b b2`);
    assert.equal(await names({ logStreamNamePrefix: "b" }), "b b2");
    assert.equal((await names({ orderBy: "LastEventTime", descending: true })).split(" ")[0], STREAM);
    const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: GROUP, limit: 1 }));
    assert.deepEqual(logStreams?.[0], {
      logStreamName: STREAM,
      creationTime: T0 + 60_000,
      firstEventTimestamp: T0,
      lastEventTimestamp: T0,
      lastIngestionTime: T0 + 60_000,
      arn: `arn:aws:logs:us-east-1:000000000000:log-group:${GROUP}:log-stream:${STREAM}`,
      storedBytes: 0,
    });
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 7 }));
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws" }));
    assert.deepEqual(
      logGroups?.map((group) => [group.logGroupName, group.retentionInDays, group.storedBytes]),
      [
        [GROUP, 7, 27],
      ],
    );
  }));

Deno.test("AWS's errors have its codes", () =>
  withStream(async (logs) => {
    const refused = (promise: Promise<unknown>, name: string) => assert.rejects(promise, { name });
    await refused(
      logs.send(new CreateLogGroupCommand({ logGroupName: GROUP })),
      "ResourceAlreadyExistsException",
    );
    await refused(logs.send(new CreateLogStreamCommand(named)), "ResourceAlreadyExistsException");
    await refused(logs.send(new CreateLogGroupCommand({ logGroupName: "a b" })), "InvalidParameterException");
    await refused(
      logs.send(new GetLogEventsCommand({ ...named, logGroupName: "absent" })),
      "ResourceNotFoundException",
    );
    await refused(
      logs.send(new GetLogEventsCommand({ ...named, logStreamName: "absent" })),
      "ResourceNotFoundException",
    );
    await refused(
      logs.send(new GetLogEventsCommand({ ...named, nextToken: "f/1/s" })),
      "InvalidParameterException",
    );
    await refused(
      logs.send(
        new DescribeLogStreamsCommand({
          logGroupName: GROUP,
          orderBy: "LastEventTime",
          logStreamNamePrefix: "a",
        }),
      ),
      "InvalidParameterException",
    );
    await refused(
      logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 2 })),
      "InvalidParameterException",
    );
    const events = [{ timestamp: T0 + 1, message: "b" }, { timestamp: T0, message: "a" }];
    await refused(
      logs.send(new PutLogEventsCommand({ ...named, logEvents: events })),
      "InvalidParameterException",
    );
  }));

Deno.test("events too old or too new are rejected, the others kept", () =>
  withStream(async (logs) => {
    const hour = 3600_000;
    const event = (timestamp: number) => ({ timestamp, message: String(timestamp) });
    const { rejectedLogEventsInfo } = await logs.send(
      new PutLogEventsCommand({ ...named, logEvents: [event(T0), event(T0 + 3 * hour)] }),
    );
    assert.deepEqual(rejectedLogEventsInfo, { tooNewLogEventStartIndex: 1 });
    const { events } = await logs.send(new GetLogEventsCommand(named));
    assert.deepEqual(events?.map(({ timestamp }) => timestamp), [T0]);
  }));

Deno.test("deleting a stream or group takes its events along, retention its old ones", async () => {
  let now = T0 + 60_000;
  await withStream(async (logs) => {
    await put(logs, "a");
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 1 }));
    now += 2 * 24 * 3600_000;
    assert.deepEqual((await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP }))).events, []);
    await logs.send(new DeleteLogStreamCommand(named));
    await logs.send(new CreateLogStreamCommand(named));
    assert.deepEqual((await logs.send(new GetLogEventsCommand(named))).events, []);
    await logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }));
    assert.deepEqual((await logs.send(new DescribeLogGroupsCommand({}))).logGroups, []);
  }, { now: () => now });
});

Deno.test("what a service writes survives a restart and is read over the wire", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    const store = new Store(stateDir);
    const core = { store, account: "000000000000", region: "us-east-1", now: () => T0 } as Partial<
      Core
    > as Core;
    createLogs(core).access.write(GROUP, STREAM, ["START", "END \0"]);
    createLogs(core).access.write(GROUP, STREAM, ["REPORT"], T0 + 1);
    store.close();
    await withLocalAws(async (aws) => {
      const logs = new CloudWatchLogsClient(aws.client);
      const { events } = await logs.send(new GetLogEventsCommand({ ...named, startFromHead: true }));
      assert.deepEqual(events?.map(({ message }) => message), ["START", "END \ufffd", "REPORT"]);
      logs.destroy();
    }, { stateDir });
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("a service needs the permissions of the operations that its log lines need", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const store = new Store(stateDir);
  try {
    const principal = { arn: "arn:aws:sts::000000000000:assumed-role/r/s", roleName: "r" };
    const allowed = new Set<string>();
    const asked: string[] = [];
    const iam: Partial<Access> = {
      decide(principal, { action, resource }) {
        asked.push(`${action} ${resource}`);
        return allowed.has(action) ? undefined : { principal, action, resource };
      },
    };
    const core = { store, account: "000000000000", region: "us-east-1", now: () => T0, iam };
    const { access } = createLogs(core as unknown as Core);
    const prefix = "arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:";
    assert.equal(access.mayWrite(principal, "g", "s"), false);
    for (const action of ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]) {
      allowed.add(action);
    }
    assert.equal(access.mayWrite(principal, "g", "s"), true);
    assert.deepEqual([...new Set(asked)], [
      `logs:CreateLogGroup ${prefix}`,
      `logs:CreateLogStream ${prefix}s`,
      `logs:PutLogEvents ${prefix}s`,
    ]);
    access.write("g", "s", ["line"]);
    allowed.delete("logs:CreateLogGroup");
    allowed.delete("logs:CreateLogStream");
    assert.equal(access.mayWrite(principal, "g", "s"), true);
    allowed.clear();
    assert.equal(access.mayWrite(principal, "g", "s"), false);
  } finally {
    store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
});

Deno.test("an event that is too new is rejected even when it is the first", () =>
  withStream(async (logs) => {
    const logEvents = [{ timestamp: T0 + 3 * 3600_000, message: "m" }];
    const { rejectedLogEventsInfo } = await logs.send(new PutLogEventsCommand({ ...named, logEvents }));
    assert.deepEqual(rejectedLogEventsInfo, { tooNewLogEventStartIndex: 0 });
  }));
