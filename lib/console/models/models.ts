/** Training jobs, and what the endpoint serves. */
import { DescribeTrainingJobCommand, paginateListTrainingJobs } from "@aws-sdk/client-sagemaker";
import type { Aws } from "../../aws/clients.ts";
import { costsInWords, runningEndpoint } from "../../training/costs.ts";
import { describeEndpoint, servedBy } from "../../training/describe_endpoint.ts";
import { JobLogs } from "../../training/job_logs.ts";
import { trainingChart } from "../../training/training_chart.ts";
import { TrainingLog } from "../../training/training_log.ts";
import { type Drawn, drawn } from "./drawn.ts";

export interface JobRow {
  name: string;
  status: string;
  /** Milliseconds since 1970. */
  created: number;
  ended?: number;
}

export interface EndpointLook {
  name: string;
  status: string;
  since: number;
  costs: string;
  reason?: string;
  /** One for each variant. */
  models: { name: string; modelData: string; image: string; instance: string; jobName?: string }[];
  /** Where captures go, and of which share of the requests. */
  capture?: { uri: string; percent: number };
}

export interface ModelsLook {
  jobs: JobRow[];
  endpoint?: EndpointLook;
}

export interface JobLook extends JobRow {
  secondary: string;
  seconds?: number;
  billableSeconds?: number;
  reason?: string;
  instance: string;
  image: string;
  hyperparameters: Record<string, string>;
  channels: { name: string; uri: string }[];
  metrics: Record<string, number>;
  modelData?: string;
  network?: string;
  /** The accuracy by epoch; absent before the first one has ended. */
  curve?: Drawn;
  /** The end of the job's log. */
  log: string[];
}

const MOST_JOBS = 100;
const MOST_LINES = 300;

export async function lookAtModels(aws: Aws): Promise<ModelsLook> {
  const [jobs, endpoint] = await Promise.all([listJobs(aws), lookAtEndpoint(aws)]);
  return { jobs, endpoint };
}

async function listJobs(aws: Aws): Promise<JobRow[]> {
  const query = {
    NameContains: aws.names.trainingJobs,
    SortBy: "CreationTime",
    SortOrder: "Descending",
    MaxResults: MOST_JOBS,
  } as const;
  for await (
    const { TrainingJobSummaries = [] } of paginateListTrainingJobs({ client: aws.sagemaker }, query)
  ) {
    return TrainingJobSummaries.map((job) => ({
      name: job.TrainingJobName!,
      status: job.TrainingJobStatus!,
      created: job.CreationTime!.getTime(),
      ended: job.TrainingEndTime?.getTime(),
    }));
  }
  return [];
}

async function lookAtEndpoint(aws: Aws): Promise<EndpointLook | undefined> {
  const endpoint = await describeEndpoint(aws, aws.names.endpoint);
  if (!endpoint) return undefined;
  const [running, served] = await Promise.all([runningEndpoint(aws, endpoint), servedBy(aws, endpoint)]);
  const capture = served?.config.DataCaptureConfig;
  return {
    name: running.name,
    status: running.status,
    since: running.since.getTime(),
    costs: costsInWords(aws, running),
    reason: endpoint.FailureReason,
    models: (served?.models ?? []).map(({ ModelName, PrimaryContainer }, index) => {
      const { InstanceType, InitialInstanceCount } = served!.config.ProductionVariants![index]!;
      const modelData = PrimaryContainer?.ModelDataUrl ?? "";
      return {
        name: ModelName!,
        modelData,
        image: PrimaryContainer?.Image ?? "",
        instance: `${InitialInstanceCount} × ${InstanceType}`,
        jobName: modelData.match(/\/([^/]+)\/output\/model\.tar\.gz$/)?.[1],
      };
    }),
    ...capture?.EnableCapture
      ? { capture: { uri: capture.DestinationS3Uri!, percent: capture.InitialSamplingPercentage! } }
      : {},
  };
}

/** Looks at one job again and again; reads of its log only what is new. */
export function jobWatcher(aws: Aws, name: string): () => Promise<JobLook> {
  const logs = new JobLogs(aws.logs, name);
  const log = new TrainingLog();
  let lines: string[] = [];
  return async () => {
    const job = await aws.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    const added = await logs.next();
    for (const line of added) log.read(line);
    lines = [...lines, ...added].slice(-MOST_LINES);
    const { epochs, network } = log;
    const wanted = Number(job.HyperParameters?.epochs);
    const options = wanted > 0 ? { epochs: wanted } : {};
    return {
      name,
      status: job.TrainingJobStatus!,
      secondary: job.SecondaryStatus!,
      created: job.CreationTime!.getTime(),
      ended: job.TrainingEndTime?.getTime(),
      seconds: job.TrainingTimeInSeconds,
      billableSeconds: job.BillableTimeInSeconds,
      reason: job.FailureReason,
      instance: `${job.ResourceConfig?.InstanceCount} × ${job.ResourceConfig?.InstanceType}`,
      image: job.AlgorithmSpecification?.TrainingImage ?? "",
      hyperparameters: job.HyperParameters ?? {},
      channels: (job.InputDataConfig ?? []).map(({ ChannelName, DataSource }) => ({
        name: ChannelName!,
        uri: DataSource?.S3DataSource?.S3Uri ?? "",
      })),
      metrics: Object.fromEntries(
        (job.FinalMetricDataList ?? []).map((one) => [one.MetricName!, one.Value!]),
      ),
      modelData: job.ModelArtifacts?.S3ModelArtifacts,
      network,
      curve: epochs.length > 0 ? await drawn(trainingChart(epochs, options)) : undefined,
      log: lines,
    };
  };
}
