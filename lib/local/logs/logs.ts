/** CloudWatch Logs: log groups, streams and events, for clients and for the services that log. */
import { AwsError } from "../errors.ts";
import { jsonRpc, type Operation } from "../protocols.ts";
import type { Call, Core, Logs } from "../services.ts";
import type { LogsContext } from "./context.ts";
import { LogTables } from "./events.ts";
import { groupOperations } from "./groups.ts";
import { putOperations } from "./put_events.ts";
import { readOperations } from "./read_events.ts";

export function createLogs(core: Core): Logs {
  const logs: LogsContext = { core, tables: new LogTables(core.store) };
  const operations = { ...groupOperations(logs), ...putOperations(logs), ...readOperations(logs) };
  return {
    handle: (call) => handle(operations, call),
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
