/**
 * A busy workflow whose server is killed at random times and restarted: everything acknowledged must be there
 * after each start, and at the end everything must have ended once.
 */
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
import type { Aws } from "../../lib/aws/clients.ts";
import { ENDPOINT_NAME, FUNCTION_NAMES, ROLE_NAMES, S3_LAYOUT } from "../../lib/names.ts";
import { listObjects } from "../../lib/aws/s3.ts";
import { settled } from "../../lib/workflow/functions.ts";
import { connectTo, deployEndpoint, deployFunctions, smallJob } from "../workflow/testing.ts";
import { type Program, startProgram } from "./program.ts";
import { BUCKET, jobEnded, picture } from "./sagemaker/testing.ts";

/** Everything acknowledged in all rounds. */
interface Acknowledged {
  objects: string[];
  /** Whether it was seen to have succeeded, by ARN. */
  executions: Map<string, boolean>;
  invocations: string[];
  machines: string[];
  jobs: string[];
  /** The function's possible descriptions: the last one acknowledged, and those sent after it. */
  descriptions: string[];
  updates: number;
}

/** Numbers of things done and found. */
export interface KillFigures {
  rounds: number;
  objects: number;
  executions: number;
  /** Executions that were running at a kill, or not seen to have ended before it. */
  interrupted: number;
  invocations: number;
  machines: number;
  updates: number;
  jobs: number;
  /** Calls of the endpoint by executions, beyond one for each. */
  repeatedTasks: number;
}

const UPDATED = FUNCTION_NAMES.filterLowConfidence;
const EXECUTING = 4;

/**
 * Deploys the workflow, then kills its server `rounds` times.
 * @param longestMs the latest time of a kill after the workload has begun
 * @throws AssertionError for anything lost, doubled or left behind
 */
export async function killRounds(stateDir: string, rounds: number, longestMs: number): Promise<KillFigures> {
  const done: Acknowledged = {
    objects: [],
    executions: new Map(),
    invocations: [],
    machines: [],
    jobs: [],
    descriptions: [""],
    updates: 0,
  };
  let program = await startProgram(stateDir);
  try {
    let aws = await connectTo(program.endpoint);
    const machine = await deployFunctions(aws);
    const { role } = await deployEndpoint(aws);
    aws.close();
    await program.kill();
    for (let round = 0; round < rounds; round++) {
      program = await startProgram(stateDir);
      aws = await connectTo(program.endpoint);
      await assertKept(aws, done);
      await workUntilKilled(program, aws, done, { machine, role, round, longestMs });
    }
    program = await startProgram(stateDir);
    aws = await connectTo(program.endpoint);
    await assertKept(aws, done);
    const repeatedTasks = await assertEnded(aws, done, machine, rounds);
    aws.close();
    await program.stop();
    return {
      rounds,
      objects: done.objects.length,
      executions: done.executions.size,
      interrupted: [...done.executions.values()].filter((seen) => !seen).length,
      invocations: done.invocations.length,
      machines: done.machines.length,
      updates: done.updates,
      jobs: done.jobs.length,
      repeatedTasks,
    };
  } catch (error) {
    await program.kill().catch(() => {});
    throw error;
  }
}

async function workUntilKilled(
  program: Program,
  aws: Aws,
  done: Acknowledged,
  { machine, role, round, longestMs }: { machine: string; role: string; round: number; longestMs: number },
): Promise<void> {
  const Body = await picture(round % 2);
  let alive = true;
  /** Repeats its work until the server is gone. */
  const worker = async (work: (turn: number) => Promise<unknown>) => {
    try {
      for (let turn = 0; alive; turn++) await work(turn);
    } catch (error) {
      if (alive) throw error;
    }
  };
  const workers = [
    ...Array.from({ length: EXECUTING }, (_, index) =>
      worker(async (turn) => {
        const name = `r${round}-${index}-${turn}`;
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
      })),
    worker(async (turn) => {
      const InferenceId = `direct-${round}-${turn}`;
      const request = { EndpointName: ENDPOINT_NAME, ContentType: "image/png", Body, InferenceId };
      await aws.runtime.send(new InvokeEndpointCommand(request));
      done.invocations.push(InferenceId);
    }),
    worker(async (turn) => {
      await settled(aws, UPDATED);
      const Description = `${round}-${turn}`;
      done.descriptions.push(Description);
      await aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: UPDATED, Description }));
      done.descriptions = [Description];
      done.updates++;
      // Each one starts new processes.
      await new Promise((resolve) => setTimeout(resolve, 300));
    }),
    worker(async (turn) => {
      const name = `machine-${round}-${turn}`;
      const definition = JSON.stringify({ StartAt: "A", States: { A: { Type: "Succeed" } } });
      const roleArn = `arn:aws:iam::${aws.account}:role/${ROLE_NAMES.states}`;
      const { stateMachineArn } = await aws.sfn.send(
        new CreateStateMachineCommand({ name, definition, roleArn }),
      );
      done.machines.push(stateMachineArn!);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }),
  ];
  if (round % 2 === 0) {
    // Longer than any round.
    const request = smallJob(role);
    request.HyperParameters = { ...request.HyperParameters, epochs: "10000" };
    await aws.sagemaker.send(new CreateTrainingJobCommand(request));
    done.jobs.push(request.TrainingJobName!);
  }
  const killed = new Promise((resolve) => setTimeout(resolve, 100 + (longestMs - 100) * Math.random()))
    .then(() => {
      alive = false;
      return program.kill();
    });
  // If workers fail while the server runs, the first error is reported.
  await Promise.all([...workers, killed]).finally(() => aws.close());
}

/** Checks that everything acknowledged is there, and running jobs have failed. */
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
  // An execution whose start was not acknowledged can exist; it ends too.
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
