/** The whole workflow on a local AWS: a model trained on a few pictures, its endpoint, the functions, the machine. */
import { CreateTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { type Aws, connect } from "../../lib/aws/clients.ts";
import { waitFor } from "../../lib/aws/waiting.ts";
import { S3_LAYOUT } from "../../lib/names.ts";
import { readSettings } from "../../lib/settings.ts";
import { DataCaptureConfig } from "../../lib/training/data_capture_config.ts";
import { deployModel } from "../../lib/training/endpoint.ts";
import { stopBundler } from "../../lib/workflow/bundle.ts";
import { deployWorkflow, type ResourceReport } from "../../lib/workflow/deployment.ts";
import { destroyWorkflow } from "../../lib/workflow/destroy.ts";
import { ensureRole } from "../../lib/workflow/roles.ts";
import { findStateMachine } from "../../lib/workflow/state_machine.ts";
import { BUCKET, IMAGE, jobEnded, stagePictures, trainingJob } from "../local/sagemaker/testing.ts";

/** The workflow's own clients for a local AWS. Every answer passes that threshold: the model here has hardly learnt. */
export function connectTo(
  endpoint: string,
  SCONES_THRESHOLD = "0.01",
  variables: Record<string, string> = {},
): Promise<Aws> {
  const usual = { AWS_ENDPOINT_URL: endpoint, SCONES_BUCKET: BUCKET, SCONES_THRESHOLD };
  return connect(readSettings({ ...usual, ...variables }));
}

/** The request of a small training job with the workflow's role and paths. */
export function smallJob(role: string): ReturnType<typeof trainingJob> {
  return trainingJob(role, { OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/${S3_LAYOUT.models}` } });
}

/** Stages pictures, trains, puts the model behind the endpoint; returns the role and where the model is. */
export async function deployEndpoint(aws: Aws): Promise<{ role: string; modelData: string }> {
  const { arn: role } = await ensureRole(aws, "sagemaker");
  await stagePictures({ client: clientOf(aws) });
  const request = smallJob(role);
  await aws.sagemaker.send(new CreateTrainingJobCommand(request));
  const job = await jobEnded(aws.sagemaker, request.TrainingJobName!);
  if (job.TrainingJobStatus !== "Completed") throw new Error(`The training job failed: ${job.FailureReason}`);
  const modelData = job.ModelArtifacts!.S3ModelArtifacts!;
  await deployModel(aws, {
    endpointName: aws.names.endpoint,
    imageUri: IMAGE,
    role,
    modelData,
    dataCaptureConfig: new DataCaptureConfig({ destinationS3Uri: `s3://${BUCKET}/${S3_LAYOUT.dataCapture}` }),
  });
  return { role, modelData };
}

/** Destroys the workflow; returns what is left, and what was reported. */
export async function destroy(aws: Aws) {
  const reports: ResourceReport[] = [];
  const left = await destroyWorkflow(aws, (report) => reports.push(report));
  return { left, reports };
}

/** Deploys roles, functions and machine; returns the machine's ARN. */
export async function deployFunctions(aws: Aws): Promise<string> {
  try {
    await deployWorkflow(aws, () => {});
  } finally {
    await stopBundler();
  }
  return await findStateMachine(aws);
}

/** How an execution went, up to its first failed task. */
export interface Ended {
  status: string;
  error?: string;
  cause?: string;
  /** The state that was entered last. */
  state: string;
}

/** Runs one picture through the machine; does not wait for the retries of a task. */
export async function execute(aws: Aws, machine: string, s3_key = "test/0.png"): Promise<Ended> {
  const input = { s3_bucket: BUCKET, s3_key, image_data: "", inferences: [] };
  const { executionArn } = await aws.sfn.send(
    new StartExecutionCommand({ stateMachineArn: machine, input: JSON.stringify(input) }),
  );
  return await waitFor("The execution", { everySeconds: 0.02, timeoutSeconds: 20 }, async () => {
    // The status first: the history that is read then is at least as far.
    const { status } = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }));
    const { events } = await aws.sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    const entered = events!.findLast(({ type }) => type === "TaskStateEntered");
    const state = entered?.stateEnteredEventDetails?.name ?? "none yet";
    const failed = events!.find(({ type }) => type === "TaskFailed")?.taskFailedEventDetails;
    if (failed) {
      await aws.sfn.send(new StopExecutionCommand({ executionArn }));
      return { status: "FAILED", state, error: failed.error, cause: failed.cause };
    }
    return status === "RUNNING" ? undefined : { status: status!, state };
  });
}

/** What an SDK client needs to reach the local AWS as its administrator. */
function clientOf({ settings, region }: Aws) {
  return {
    endpoint: settings.endpointUrl!,
    region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  };
}
