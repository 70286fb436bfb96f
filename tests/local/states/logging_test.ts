/** The log of executions in CloudWatch Logs, with all services. */
import assert from "node:assert/strict";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  type LogLevel,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { allowing, makeRole, trusting } from "../iam/testing.ts";
import { withLocalAws } from "../testing.ts";

const DELIVERY = [
  ...["logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery"],
  ...["logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies"],
  "logs:DescribeLogGroups",
];

Deno.test("executions are logged by their machine's level, in AWS's shape", () =>
  withLocalAws(async (aws) => {
    const sfn = new SFNClient(aws.client);
    const logs = new CloudWatchLogsClient(aws.client);
    const logGroupName = "/aws/vendedlogs/states/m";
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    const trust = trusting("states.amazonaws.com");
    const role = await makeRole(aws, "logger", trust, allowing(...DELIVERY));
    const logGroupArn = `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}:*`;
    const destinations = [{ cloudWatchLogsLogGroup: { logGroupArn } }];
    const pass = { StartAt: "A", States: { A: { Type: "Pass", End: true } } };
    const fail = { StartAt: "A", States: { A: { Type: "Fail", Error: "E", Cause: "c" } } };
    const create = (definition: object, level: LogLevel, includeExecutionData = false, roleArn = role) =>
      sfn.send(
        new CreateStateMachineCommand({
          name: crypto.randomUUID(),
          definition: JSON.stringify(definition),
          roleArn,
          loggingConfiguration: { level, includeExecutionData, destinations },
        }),
      );
    const logged = async (...given: Parameters<typeof create>) => {
      const { stateMachineArn } = await create(...given);
      const { executionArn } = await sfn.send(
        new StartExecutionCommand({ stateMachineArn, input: '{"a":1}' }),
      );
      for (;;) {
        const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        if (status !== "RUNNING") break;
      }
      const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
      return events!.map(({ message }) => JSON.parse(message!)).filter((one) =>
        one.execution_arn === executionArn
      );
    };
    const plain = await logged(pass, "ALL");
    assert.deepEqual(plain.map(({ type, details }) => [type, details]), [
      ["ExecutionStarted", { roleArn: role }],
      ["PassStateEntered", { name: "A" }],
      ["PassStateExited", { name: "A" }],
      ["ExecutionSucceeded", {}],
    ]);
    const { event_timestamp, execution_arn: _, ...second } = plain[1];
    assert.match(event_timestamp, /^\d{13}$/);
    assert.deepEqual(second, {
      id: "2",
      type: "PassStateEntered",
      details: { name: "A" },
      redrive_count: "0",
      previous_event_id: "0",
    });
    const full = await logged(pass, "ALL", true);
    assert.deepEqual(full[1].details, { name: "A", input: '{"a":1}', inputDetails: { truncated: false } });
    assert.deepEqual((await logged(fail, "ERROR")).map(({ type }) => type), ["ExecutionFailed"]);
    assert.deepEqual((await logged(fail, "FATAL")).map(({ type }) => type), ["ExecutionFailed"]);
    assert.deepEqual(await logged(pass, "FATAL"), []);
    assert.deepEqual(await logged(pass, "OFF"), []);
    const { stateMachineArn } = await create(pass, "OFF");
    const { loggingConfiguration } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    assert.deepEqual(loggingConfiguration, { level: "OFF", includeExecutionData: false, destinations });

    const without = await makeRole(aws, "without", trust, allowing("logs:CreateLogDelivery"));
    await assert.rejects(create(pass, "ALL", false, without), {
      name: "AccessDeniedException",
      message: "The state machine IAM Role is not authorized to access the Log Destination",
    });
    destinations.push(destinations[0]!);
    await assert.rejects(create(pass, "ALL"), {
      name: "InvalidLoggingConfiguration",
      message: "Invalid Logging Configuration: Must specify exactly one Log Destination.",
    });
    destinations.pop();
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    const { stateMachineArn: deaf } = await create(pass, "ALL");
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: deaf }));
    let status: string | undefined = "RUNNING";
    while (status === "RUNNING") {
      status = (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
    }
    assert.equal(status, "SUCCEEDED");
    sfn.destroy();
    logs.destroy();
  }));
