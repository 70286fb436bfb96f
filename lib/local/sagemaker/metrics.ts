/** The metrics of endpoints and training jobs (AWS, "Amazon SageMaker AI metrics in Amazon CloudWatch"). */
import type { Core } from "../core.ts";

interface Invocation {
  /** What the model answered; 0 when it did not. */
  readonly status: number;
  readonly instances: number;
  readonly modelMs: number;
  readonly overheadMs: number;
}

/** What a job's algorithm wrote to its log, where SageMaker's clients look for it: `TrainingJobAnalytics`. */
export function noticeTraining(
  { metrics }: Core,
  { TrainingJobName }: { readonly TrainingJobName: string },
  name: string,
  value: number,
): void {
  metrics.publish("/aws/sagemaker/TrainingJobs", { TrainingJobName }, { [name]: { value, unit: "None" } });
}

export function noticeInvocation(
  { metrics }: Core,
  variant: { readonly EndpointName: string; readonly VariantName: string },
  { status, instances, modelMs, overheadMs }: Invocation,
): void {
  const isClientError = status >= 400 && status <= 499;
  const went = status >= 200 && status <= 299;
  const plain = (value: number) => ({ value, unit: "None" }) as const;
  metrics.publish("AWS/SageMaker", { ...variant }, {
    Invocations: plain(1),
    InvocationsPerInstance: plain(1 / instances),
    Invocation4XXErrors: plain(isClientError ? 1 : 0),
    Invocation5XXErrors: plain(went || isClientError ? 0 : 1),
    InvocationModelErrors: plain(went ? 0 : 1),
    ModelLatency: { value: modelMs * 1000, unit: "Microseconds" },
    OverheadLatency: { value: overheadMs * 1000, unit: "Microseconds" },
  });
}
