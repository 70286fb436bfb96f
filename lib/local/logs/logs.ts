/** CloudWatch Logs: log groups, streams and events, for clients and for the services that log. */
import type { Service } from "../dispatcher.ts";
import { OPEN, type Operation, operationsOf } from "../operation.ts";
import type { Core, ServiceLogs } from "../core.ts";
import { type LogsContext, onNamed } from "./context.ts";
import * as readEvents from "./read_events.ts";
import * as groups from "./groups.ts";
import { logsProtocol } from "./protocol.ts";
import * as putEvents from "./put_events.ts";
import * as streams from "./streams.ts";
import * as tags from "./tags.ts";
import { LogTables } from "./tables.ts";

export function createLogs(core: Core): { access: ServiceLogs; service: Service<LogsContext> } {
  const tables = new LogTables(core.store);
  const context: LogsContext = { core, tables, tags: core.store.collection("log-group-tags") };
  const operations = operationsOf<LogsContext>(groups, streams, putEvents, readEvents, tags);
  return {
    access: serviceLogs(core, context),
    service: { name: "logs", protocol: logsProtocol, operations, context },
  };
}

/** See `ServiceLogs` in core.ts. */
function serviceLogs(core: Core, context: LogsContext): ServiceLogs {
  const { tables } = context;
  return {
    mayWrite(principal, logGroupName, logStreamName) {
      const may = ({ action }: Pick<Operation, "action">, named: Parameters<typeof onNamed>[0]) =>
        action === OPEN ||
        core.iam.decide(principal, { action, resource: onNamed(named, context) }, core.region) === undefined;
      const stream = { logGroupName, logStreamName };
      return (tables.group(logGroupName) !== undefined || may(groups.createLogGroup, { logGroupName })) &&
        (tables.stream(logGroupName, logStreamName) !== undefined || may(streams.createLogStream, stream)) &&
        may(putEvents.putLogEvents, stream);
    },
    exists: (group) => tables.group(group) !== undefined,
    write(group, stream, messages, timestamp = core.now()) {
      core.store.transaction(() => {
        if (!tables.group(group)) tables.addGroup(group, core.now());
        if (!tables.stream(group, stream)) tables.addStream(group, stream, core.now());
        tables.append(group, stream, messages.map((message) => ({ timestamp, message })), core.now());
      });
    },
  };
}
