/** The endpoint and the training jobs, which cost money while they run. */
import { paginateListTrainingJobs } from "@aws-sdk/client-sagemaker";
import type { Aws } from "../../aws/clients.ts";
import { costsInWords, dollars, findRunning, priceOf, runningEndpoint } from "../../training/costs.ts";
import { describeEndpoint } from "../../training/describe_endpoint.ts";

export interface Resources {
  endpoint?: {
    name: string;
    status: string;
    /** Milliseconds since 1970. */
    since: number;
    /** In words. */
    costs: string;
    reason?: string;
  };
  /** The newest first. */
  jobs: { name: string; status: string; created: number; ended?: number; reason?: string }[];
  /** What runs now per hour, on aws. */
  costPerHour?: string;
}

/** Training jobs that the overview knows. */
const JOBS = 5;

export async function findResources(aws: Aws): Promise<Resources> {
  const [endpoint, jobs, costPerHour] = await Promise.all([
    describeEndpoint(aws, aws.names.endpoint),
    newestJobs(aws),
    aws.target === "aws" ? perHour(aws) : undefined,
  ]);
  if (!endpoint) return { jobs, costPerHour };
  const running = await runningEndpoint(aws, endpoint);
  return {
    endpoint: {
      name: running.name,
      status: running.status,
      since: running.since.getTime(),
      costs: costsInWords(aws, running),
      reason: endpoint.FailureReason,
    },
    jobs,
    costPerHour,
  };
}

/** What this deployment's endpoint and training jobs cost; says so where a price is not known. */
async function perHour(aws: Aws): Promise<string> {
  const prices = (await findRunning(aws)).map(({ instanceType, instanceCount }) => {
    const price = priceOf(instanceType);
    return price === undefined ? undefined : price * instanceCount;
  });
  const known = prices.filter((price) => price !== undefined);
  const more = known.length < prices.length ? " and more: see AWS's price list" : "";
  return `${dollars(known.reduce((sum, price) => sum + price, 0))}${more}`;
}

async function newestJobs(aws: Aws): Promise<Resources["jobs"]> {
  const query = {
    NameContains: aws.names.trainingJobs,
    SortBy: "CreationTime",
    SortOrder: "Descending",
    MaxResults: JOBS,
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
