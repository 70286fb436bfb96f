/**
 * The log of executions in CloudWatch Logs, as AWS delivers it: one JSON text for each event, in its shape.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html; levels:
 * https://docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html
 */
import type { Core } from "../core.ts";
import { AwsError } from "../errors.ts";
import type { Execution, HistoryEvent } from "./interpreter/journal.ts";
import { assumer, type LoggingConfiguration, type Revision } from "./machines.ts";

/** What the machine's role needs for AWS to deliver its logs; none of these has resources. */
const ACTIONS = [
  ...["logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery"],
  ...["logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies"],
  "logs:DescribeLogGroups",
];

/** Members of an event's details that contain the execution's data. */
const DATA = ["input", "inputDetails", "output", "outputDetails", "parameters", "assignedVariables"];

const FATAL = /^Execution(Failed|Aborted|TimedOut)$/;
const ERROR = /(Failed|Aborted|TimedOut)$/;

/** @throws AwsError AccessDeniedException when the role may not have its logs delivered */
export function requireLogDelivery(
  core: Core,
  logging: LoggingConfiguration | undefined,
  roleArn: string,
  machineArn: string,
): void {
  if (groupOf(logging) === undefined) return;
  const { principal } = core.iam.assumeRole(roleArn, assumer(machineArn), "log-delivery");
  const isDenied = ACTIONS.some((action) =>
    core.iam.decide(principal, { action, resource: "*" }, core.region) !== undefined
  );
  if (!isDenied) return;
  throw new AwsError(
    "AccessDeniedException",
    "The state machine IAM Role is not authorized to access the Log Destination",
  );
}

/** Writes the events that the machine's level wants to its log group. Events for a group that is gone are lost, as on AWS. */
export function logEvents(
  core: Core,
  { loggingConfiguration }: Revision,
  execution: Execution,
  events: readonly HistoryEvent[],
): void {
  const group = groupOf(loggingConfiguration);
  if (group === undefined) return;
  const { level, includeExecutionData = false } = loggingConfiguration!;
  const wanted = events.filter(({ type }) =>
    level === "ALL" || (level === "ERROR" ? ERROR.test(type) : FATAL.test(type))
  );
  if (wanted.length === 0 || !core.logs.exists(group)) return;
  const machine = execution.machineArn.split(":")[6]!;
  const minute = new Date(execution.startDate).toISOString().slice(0, 16).replace("T", "-").replace(":", "-");
  const stream = `states/${machine.replaceAll(":", "/")}/${minute}/${
    execution.id.toString(16).padStart(8, "0")
  }`;
  for (const event of wanted) {
    core.logs.write(group, stream, [message(execution, event, includeExecutionData)], event.timestamp);
  }
}

/** The name of the log group; undefined without logging. */
function groupOf({ level = "OFF", destinations = [] }: LoggingConfiguration = {}): string | undefined {
  if (level === "OFF") return undefined;
  return destinations[0]?.cloudWatchLogsLogGroup?.logGroupArn?.match(/:log-group:([^:]+)/)?.[1];
}

function message(execution: Execution, event: HistoryEvent, withData: boolean): string {
  const { id, type, details = {}, previousEventId, timestamp } = event;
  const shown = Object.entries(details).filter(([name]) => withData || !DATA.includes(name));
  return JSON.stringify({
    id: String(id),
    type,
    details: Object.fromEntries(shown),
    ...(execution.type === "STANDARD" ? { redrive_count: "0" } : {}),
    previous_event_id: String(previousEventId),
    event_timestamp: String(timestamp),
    execution_arn: execution.arn,
  });
}
