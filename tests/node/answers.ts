/** What the three deployed functions and their state machine answer, in a form in which two runtimes can be compared. */
import assert from "node:assert/strict";
import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import type { Aws } from "../../lib/aws/clients.ts";
import { namesOf } from "../../lib/names.ts";
import { stopBundler } from "../../lib/workflow/bundle.ts";
import { deployWorkflow } from "../../lib/workflow/deployment.ts";
import { runExecutions } from "../../lib/workflow/executions.ts";
import { type FunctionKey, tryFunction } from "../../lib/workflow/functions.ts";
import { findStateMachine } from "../../lib/workflow/state_machine.ts";
import { BUCKET } from "../local/sagemaker/testing.ts";
import { connectTo } from "../workflow/testing.ts";

/** By case: a function's payload and FunctionError, or how an execution ended. */
export type Answers = Record<string, unknown>;

const PICTURE = { s3_bucket: BUCKET, s3_key: "test/0.png", image_data: "", inferences: [] as number[] };

/**
 * Invokes every function with what it must answer and what it must refuse, then runs two executions: one that
 * passes the threshold and one that does not. The functions are deployed first, as `deno task deploy` does it.
 */
export async function collectAnswers(endpoint: string): Promise<Answers> {
  const answers: Answers = {};
  const aws = await connectTo(endpoint);
  try {
    const machine = await deploy(aws);
    const invoke = async (name: string, key: FunctionKey, event: unknown) => {
      const answer = await tryFunction(aws, key, event);
      answers[name] = { functionError: answer.functionError, payload: withoutTrace(answer.payload) };
      return answer.payload as typeof PICTURE;
    };
    const read = await invoke("serializes a picture", "serializeImageData", PICTURE);
    await invoke("a key that is not there", "serializeImageData", { ...PICTURE, s3_key: "test/none.png" });
    await invoke("no key", "serializeImageData", { s3_bucket: BUCKET });
    const classified = await invoke("classifies a picture", "classifyImage", read);
    await invoke("bytes that are no picture", "classifyImage", { ...read, image_data: "bm90IGEgcG5n" });
    await invoke("no picture", "classifyImage", PICTURE);
    await invoke("confident enough", "filterLowConfidence", classified);
    await invoke("not confident enough", "filterLowConfidence", { ...classified, inferences: [0.001] });
    await invoke("nothing to filter", "filterLowConfidence", PICTURE);
    const execution = async (name: string) => {
      const [{ status, error, cause, output }] = await runExecutions(aws, machine, [PICTURE]) as [
        Awaited<ReturnType<typeof runExecutions>>[number],
      ];
      answers[name] = { status, error, cause: cause && withoutTrace(JSON.parse(cause)), output };
    };
    await execution("an execution above the threshold");

    const stricter = await connectTo(endpoint, `${(1 + Math.max(...classified.inferences)) / 2}`);
    await deploy(stricter).finally(() => stricter.close());
    await execution("an execution below the threshold");
  } finally {
    aws.close();
    await stopBundler();
  }
  return answers;
}

/** What must be among the answers, whatever the runtime. */
export function assertExpected(answers: Answers): void {
  const outcomes = Object.entries(answers).map(([name, answer]) => {
    const { functionError, payload, status, error } = answer as Record<string, Record<string, unknown>>;
    return [name, status ? error ?? status : functionError ? payload!["errorType"] : "answered"];
  });
  assert.deepEqual(Object.fromEntries(outcomes), {
    "serializes a picture": "answered",
    "a key that is not there": "NoSuchKey",
    "no key": "TypeError",
    "classifies a picture": "answered",
    "bytes that are no picture": "ModelError",
    "no picture": "TypeError",
    "confident enough": "answered",
    "not confident enough": "THRESHOLD_CONFIDENCE_NOT_MET",
    "nothing to filter": "TypeError",
    "an execution above the threshold": "SUCCEEDED",
    "an execution below the threshold": "THRESHOLD_CONFIDENCE_NOT_MET",
  });
}

/** The errors that the third function's log tells of since a time, as `TYPE: message`. */
export async function loggedErrors(endpoint: string, startTime: number): Promise<string[]> {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const logs = new CloudWatchLogsClient({ endpoint, region: "us-east-1", credentials });
  const logGroupName = `/aws/lambda/${namesOf({ region: "us-east-1" }).functions.filterLowConfidence}`;
  const found: string[] = [];
  for await (const { events } of paginateFilterLogEvents({ client: logs }, { logGroupName, startTime })) {
    for (const { message } of events!) {
      const [, , level, what, json] = message!.trimEnd().split("\t");
      if (level !== "ERROR") continue;
      const { errorType, errorMessage } = JSON.parse(json!);
      found.push(`${what}: ${errorType}: ${errorMessage}`);
    }
  }
  logs.destroy();
  return found;
}

async function deploy(aws: Aws): Promise<string> {
  await deployWorkflow(aws, () => {});
  return await findStateMachine(aws);
}

/** A trace names lines of the runtime's own files. */
function withoutTrace(payload: unknown): unknown {
  const { trace, ...rest } = payload as { trace?: string[] };
  return trace === undefined ? payload : { ...rest, traced: trace[0] };
}
