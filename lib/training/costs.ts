/** What runs on AWS and costs money while it does: the endpoint, and training jobs. */
import { type DescribeEndpointCommandOutput, DescribeEndpointConfigCommand } from "@aws-sdk/client-sagemaker";
import type { Aws } from "../aws/clients.ts";
import { ownEndpoint, unlessMissing } from "./describe_endpoint.ts";
import { runningJobs } from "./running_jobs.ts";

/**
 * Dollars per instance and hour in us-east-1, from AWS's price list of 2026, for hosting and for training. Training prices of
 * ml.g5 were not found: those of hosting.
 */
const PRICES: Readonly<Record<string, number>> = {
  "ml.g4dn.xlarge": 0.736,
  "ml.g5.xlarge": 1.408,
  "ml.g5.2xlarge": 1.515,
  "ml.m5.large": 0.115,
  "ml.m5.xlarge": 0.23,
};

/** Dollars per instance and hour in us-east-1; undefined for a type whose price is not known here. */
export function priceOf(instanceType: string): number | undefined {
  return PRICES[instanceType];
}

/** Something that costs money as long as it runs. */
export interface Running {
  kind: "endpoint" | "training job";
  name: string;
  status: string;
  instanceType: string;
  instanceCount: number;
  since: Date;
}

/** The endpoint of this deployment and its training jobs, as far as they exist. */
export async function findRunning(aws: Aws): Promise<Running[]> {
  const endpoint = await ownEndpoint(aws);
  const jobs = await runningJobs(aws);
  return [
    ...endpoint ? [await runningEndpoint(aws, endpoint)] : [],
    ...jobs.map((job): Running => ({
      kind: "training job",
      name: job.TrainingJobName ?? "",
      status: "InProgress",
      instanceType: job.ResourceConfig?.InstanceType ?? "",
      instanceCount: job.ResourceConfig?.InstanceCount ?? 1,
      since: job.CreationTime!,
    })),
  ];
}

/** What an endpoint consists of. */
export async function runningEndpoint(
  { sagemaker }: Pick<Aws, "sagemaker">,
  { EndpointName, EndpointConfigName, EndpointStatus, CreationTime }: DescribeEndpointCommandOutput,
): Promise<Running> {
  // A failed endpoint can outlive its configuration.
  const config = await unlessMissing(
    sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName })),
  );
  const found = config?.ProductionVariants?.[0];
  return {
    kind: "endpoint",
    name: EndpointName!,
    status: EndpointStatus!,
    instanceType: found?.InstanceType ?? "",
    instanceCount: found?.InitialInstanceCount ?? 1,
    since: CreationTime!,
  };
}

/** `1 × ml.m5.xlarge, about $0.23 per hour in us-east-1, about $0.58 in 2.5 hours so far`; on local that it is free. */
export function costsInWords(
  { target }: Pick<Aws, "target">,
  { instanceType, instanceCount, since }: Pick<Running, "instanceType" | "instanceCount" | "since">,
  now = Date.now(),
): string {
  if (target === "local") return "free (local)";
  const what = `${instanceCount} × ${instanceType}`;
  const hours = Math.max(0, now - since.getTime()) / 3_600_000;
  const price = priceOf(instanceType);
  if (price === undefined) return `${what}, see AWS's price list, ${hoursInWords(hours)} so far`;
  const perHour = price * instanceCount;
  return `${what}, about ${dollars(perHour)} per hour in us-east-1, about ${dollars(perHour * hours)} in ` +
    `${hoursInWords(hours)} so far`;
}

/**
 * What runs on AWS, what it costs, and the command that ends it: the last line of whatever leaves something running.
 * undefined if nothing runs, and on the local AWS, which is free.
 */
export async function costReminder(aws: Aws): Promise<string | undefined> {
  if (aws.target === "local") return undefined;
  const running = await findRunning(aws);
  if (running.length === 0) return undefined;
  const parts = running.map((one) => `${one.kind} ${one.name} (${costsInWords(aws, one)})`);
  return `Running on AWS: ${parts.join("; ")}. "deno task destroy" ends ${
    running.length === 1 ? "it" : "them"
  }.`;
}

/** `costReminder` for the end of a step that may have failed for the same reason: never throws. */
export async function costReminderAtEnd(aws: Aws): Promise<string | undefined> {
  try {
    return await costReminder(aws);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    return `Whether an endpoint or a training job is running could not be found out (${reason}). Both cost money: ` +
      '"deno task status" lists them, "deno task destroy" ends them.';
  }
}

export function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

/** `34 minutes`, `2.5 hours`, `3.0 days`. */
export function hoursInWords(hours: number): string {
  if (hours < 2) return `${Math.round(hours * 60)} minutes`;
  return hours < 48 ? `${hours.toFixed(1)} hours` : `${(hours / 24).toFixed(1)} days`;
}
