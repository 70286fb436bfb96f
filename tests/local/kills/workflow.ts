/** The whole workflow: executions with real functions and a real endpoint, direct calls, updates, training jobs. */
import assert from "node:assert/strict";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { CreateTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { Aws } from "../../../lib/aws/clients.ts";
import { listObjects } from "../../../lib/aws/s3.ts";
import { namesOf, S3_LAYOUT } from "../../../lib/names.ts";
import { settled } from "../../../lib/workflow/functions.ts";
import { connectTo, deployEndpoint, deployFunctions, smallJob } from "../../workflow/testing.ts";
import { BUCKET, jobEnded, picture } from "../sagemaker/testing.ts";
import type { Part, Worker } from "./testing.ts";

/** What was acknowledged, in all rounds together. */
interface Acknowledged {
  objects: string[];
  /** By ARN: whether it was seen to have succeeded. */
  executions: Map<string, boolean>;
  invocations: string[];
  machines: string[];
  jobs: string[];
  /** What the function's description may be: the last one acknowledged, then what was sent after it. */
  descriptions: string[];
  updates: number;
}

const NAMES = namesOf({ region: "us-east-1" });
const UPDATED = NAMES.functions.filterLowConfidence;
const EXECUTING = 4;

export const workflow: Part = {
  name: "workflow",
  killAfterMs: [100, 3000],
  begin({ rounds }) {
    const done: Acknowledged = {
      objects: [],
      executions: new Map(),
      invocations: [],
      machines: [],
      jobs: [],
      descriptions: [""],
      updates: 0,
    };
    let machine: string, role: string;
    return async ({ endpoint }) => {
      const aws = await connectTo(endpoint);
      return {
        async prepare() {
          machine = await deployFunctions(aws);
          role = (await deployEndpoint(aws)).role;
        },
        assertKept: () => assertKept(aws, done),
        async workers(round) {
          if (round % 2 === 0) await startLongJob(aws, done, role);
          const Body = await picture(round % 2);
          return [
            ...Array.from(
              { length: EXECUTING },
              (_, index) => execute(aws, done, machine, `${round}-${index}`, Body),
            ),
            invoke(aws, done, round, Body),
            update(aws, done, round),
            create(aws, done, round),
          ];
        },
        async assertEnded() {
          const repeatedTasks = await assertEnded(aws, done, machine, rounds);
          const { objects, executions, invocations, machines, updates, jobs } = done;
          assert.ok(executions.size > 4 && objects.length > 4, "hardly anything was done");
          return {
            objects: objects.length,
            executions: executions.size,
            /** Under way at a kill, or not seen to have ended before it. */
            interrupted: [...executions.values()].filter((seen) => !seen).length,
            invocations: invocations.length,
            machines: machines.length,
            updates,
            jobs: jobs.length,
            /** Calls of the endpoint by executions, beyond one for each. */
            repeatedTasks,
          };
        },
        close: () => aws.close(),
      };
    };
  },
};

/** Puts a picture and runs it through the machine. */
function execute(aws: Aws, done: Acknowledged, machine: string, prefix: string, Body: Uint8Array): Worker {
  return async (turn) => {
    const name = `r${prefix}-${turn}`;
    const s3_key = `${S3_LAYOUT.test}${name}.png`;
    await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: s3_key, Body }));
    done.objects.push(s3_key);
    const input = JSON.stringify({ s3_bucket: BUCKET, s3_key, image_data: "", inferences: [] });
    const { executionArn } = await aws.sfn.send(
      new StartExecutionCommand({ stateMachineArn: machine, name, input }),
    );
    done.executions.set(executionArn!, false);
    for (let status = "RUNNING"; status === "RUNNING";) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      status = (await aws.sfn.send(new DescribeExecutionCommand({ executionArn }))).status!;
    }
    done.executions.set(executionArn!, true);
  };
}

/** Asks the endpoint directly. */
function invoke(aws: Aws, done: Acknowledged, round: number, Body: Uint8Array): Worker {
  return async (turn) => {
    const InferenceId = `direct-${round}-${turn}`;
    const request = { EndpointName: NAMES.endpoint, ContentType: "image/png", Body, InferenceId };
    await aws.runtime.send(new InvokeEndpointCommand(request));
    done.invocations.push(InferenceId);
  };
}

/** Changes a function that the executions use. */
function update(aws: Aws, done: Acknowledged, round: number): Worker {
  return async (turn) => {
    await settled(aws, UPDATED);
    const Description = `${round}-${turn}`;
    done.descriptions.push(Description);
    await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: UPDATED, Description }));
    done.descriptions = [Description];
    done.updates++;
    // Each one makes new processes.
    await new Promise((resolve) => setTimeout(resolve, 300));
  };
}

/** Creates state machines. */
function create(aws: Aws, done: Acknowledged, round: number): Worker {
  return async (turn) => {
    const name = `machine-${round}-${turn}`;
    const definition = JSON.stringify({ StartAt: "A", States: { A: { Type: "Succeed" } } });
    const roleArn = `arn:aws:iam::${aws.account}:role/${NAMES.roles.states}`;
    const { stateMachineArn } = await aws.sfn.send(
      new CreateStateMachineCommand({ name, definition, roleArn }),
    );
    done.machines.push(stateMachineArn!);
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
}

/** A training job that takes longer than any round. */
async function startLongJob(aws: Aws, done: Acknowledged, role: string): Promise<void> {
  const request = smallJob(role);
  request.HyperParameters = { ...request.HyperParameters, epochs: "10000" };
  await aws.sagemaker.send(new CreateTrainingJobCommand(request));
  done.jobs.push(request.TrainingJobName!);
}

/** Everything acknowledged is there, jobs that were running have failed. */
async function assertKept(aws: Aws, done: Acknowledged): Promise<void> {
  for (const Key of done.objects) {
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    assert.ok((await Body!.transformToByteArray()).length > 50, Key);
  }
  for (const executionArn of done.executions.keys()) {
    const { status } = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }));
    assert.ok(status === "SUCCEEDED" || !done.executions.get(executionArn) && status === "RUNNING", status);
  }
  for (const stateMachineArn of done.machines) {
    await aws.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  }
  for (const name of done.jobs) {
    const { TrainingJobStatus, FailureReason } = await jobEnded(aws.sagemaker, name);
    assert.equal(TrainingJobStatus, "Failed");
    assert.match(FailureReason!, /The local AWS was stopped while this job was running/);
  }
  const { Description } = (await settled(aws, UPDATED))!;
  if (done.updates > 0) assert.ok(done.descriptions.includes(Description!), Description);
  done.descriptions = [Description!];
}

/** All executions end once, every acknowledged invocation is captured once; returns how many tasks ran again. */
async function assertEnded(aws: Aws, done: Acknowledged, machine: string, rounds: number): Promise<number> {
  for (const executionArn of done.executions.keys()) {
    let status = "RUNNING";
    for (let tries = 0; status === "RUNNING" && tries < 3000; tries++) {
      status = (await aws.sfn.send(new DescribeExecutionCommand({ executionArn }))).status!;
      if (status === "RUNNING") await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal(status, "SUCCEEDED", executionArn);
    const { events } = await aws.sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    assert.deepEqual(events!.map(({ id }) => id), events!.map((_, index) => index + 1));
    const count = (type: string) => events!.filter((event) => event.type === type).length;
    assert.deepEqual(
      ["TaskStateEntered", "TaskScheduled", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"].map(
        count,
      ),
      [3, 3, 3, 3, 1],
      executionArn,
    );
  }
  // An execution whose start was not acknowledged may be there; it ends too.
  const running = new ListExecutionsCommand({ stateMachineArn: machine, statusFilter: "RUNNING" });
  for (let tries = 0; (await aws.sfn.send(running)).executions!.length > 0; tries++) {
    assert.ok(tries < 1000, "executions do not end");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const captured = new Map<string, number>();
  for (const { Key } of await listObjects(aws.s3, BUCKET, S3_LAYOUT.dataCapture)) {
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    for (const line of (await Body!.transformToString()).trim().split("\n")) {
      const id = JSON.parse(line).eventMetadata.inferenceId;
      captured.set(id, (captured.get(id) ?? 0) + 1);
    }
  }
  for (const id of done.invocations) assert.equal(captured.get(id), 1, id);
  let repeated = 0;
  for (const [arn, seen] of done.executions) {
    const times = captured.get(`${S3_LAYOUT.test}${arn.split(":").at(-1)}.png`) ?? 0;
    assert.ok(times >= 1 && times <= (seen ? 1 : 1 + rounds), `${arn}: ${times} captures`);
    repeated += times - 1;
  }
  return repeated;
}
