/** CloudWatch Logs: log groups, streams and events, for clients and for the services that log. */
import { AwsError } from "../errors.ts";
import { jsonRpc, type Operation } from "../legacy_protocols.ts";
import type { Call, Core, Logs } from "../services.ts";
import { groupArn, type LogsContext } from "./context.ts";
import { LogTables } from "./events.ts";
import { groupOperations } from "./groups.ts";
import { putOperations } from "./put_events.ts";
import { readOperations } from "./read_events.ts";

export function createLogs(core: Core): Logs {
  const logs: LogsContext = { core, tables: new LogTables(core.store) };
  const operations = { ...groupOperations(logs), ...putOperations(logs), ...readOperations(logs) };
  return {
    handle: (call) => handle(operations, call),
    mayWrite(principal, group, stream) {
      const { iam } = core.siblings;
      const of = (name: string) => `${groupArn(logs, group)}:log-stream:${name}`;
      try {
        if (!logs.tables.group(group)) iam.authorize(principal, "logs:CreateLogGroup", of(""));
        if (!logs.tables.stream(group, stream)) iam.authorize(principal, "logs:CreateLogStream", of(stream));
        iam.authorize(principal, "logs:PutLogEvents", of(stream));
        return true;
      } catch (error) {
        if (error instanceof AwsError) return false;
        throw error;
      }
    },
    write(group, stream, messages, timestamp = core.now()) {
      core.store.transaction(() => {
        if (!logs.tables.group(group)) logs.tables.addGroup(group, core.now());
        if (!logs.tables.stream(group, stream)) logs.tables.addStream(group, stream, core.now());
        logs.tables.append(group, stream, messages.map((message) => ({ timestamp, message })), core.now());
      });
    },
  };
}

async function handle(operations: Readonly<Record<string, Operation>>, call: Call): Promise<Response> {
  try {
    return await jsonRpc("1.1", operations, call);
  } catch (error) {
    // CloudWatch Logs names violated constraints otherwise than most services.
    if (error instanceof AwsError && error.code === "ValidationException") {
      throw new AwsError("InvalidParameterException", error.message);
    }
    throw error;
  }
}
