/** Stored jobs, models, endpoint configurations and endpoints. Times are in seconds since the epoch. */
import { Collection, type Store } from "../store.ts";
import type { CreateModelInput, DataCaptureConfig, ProductionVariant } from "./hosting_shapes.ts";
import type { CreateTrainingJobInput } from "./training_shapes.ts";

/** A training job as DescribeTrainingJob returns it. */
export interface TrainingJob extends Omit<CreateTrainingJobInput, "Tags" | "StoppingCondition"> {
  TrainingJobArn: string;
  StoppingCondition: {
    MaxRuntimeInSeconds: number;
    MaxWaitTimeInSeconds?: number;
    MaxPendingTimeInSeconds?: number;
  };
  ProfilingStatus?: string;
  TrainingJobStatus: TrainingJobStatus;
  SecondaryStatus: string;
  SecondaryStatusTransitions: {
    Status: string;
    StartTime: number;
    EndTime?: number;
    StatusMessage: string;
  }[];
  ModelArtifacts: { S3ModelArtifacts: string };
  CreationTime: number;
  LastModifiedTime: number;
  FailureReason?: string;
  TrainingStartTime?: number;
  TrainingEndTime?: number;
  TrainingTimeInSeconds?: number;
  BillableTimeInSeconds?: number;
  FinalMetricDataList?: { MetricName: string; Value: number; Timestamp: number }[];
}

export type TrainingJobStatus = "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";

/** Whether a job has not ended yet. */
export function isRunning({ TrainingJobStatus: status }: TrainingJob): boolean {
  return status === "InProgress" || status === "Stopping";
}

/** A model as DescribeModel returns it. */
export interface Model {
  ModelName: string;
  ModelArn: string;
  PrimaryContainer: NonNullable<CreateModelInput["PrimaryContainer"]> & { ModelDataUrl: string };
  ExecutionRoleArn: string;
  VpcConfig?: CreateModelInput["VpcConfig"];
  EnableNetworkIsolation: boolean;
  CreationTime: number;
}

/** An endpoint configuration as DescribeEndpointConfig returns it. */
export interface EndpointConfig {
  EndpointConfigName: string;
  EndpointConfigArn: string;
  ProductionVariants: Variant[];
  DataCaptureConfig?: DataCaptureConfig;
  CreationTime: number;
}

/** A production variant with its defaults. */
export type Variant =
  & ProductionVariant
  & { InitialInstanceCount: number; InstanceType: string; InitialVariantWeight: number };

/** A snapshot of configuration and models that serves an endpoint, so that deleting those does not affect it. */
export interface Deployment {
  /** Names the folder with the unpacked models. */
  id: string;
  config: EndpointConfig;
  /** By the variant's name. */
  models: Record<string, Model>;
}

export interface Endpoint {
  EndpointName: string;
  EndpointArn: string;
  EndpointConfigName: string;
  EndpointStatus: EndpointStatus;
  CreationTime: number;
  LastModifiedTime: number;
  FailureReason?: string;
  /** What serves invocations now. */
  deployment?: Deployment;
  /** What is being built, while Creating or Updating. */
  next?: Deployment;
}

/** An endpoint that can be invoked. */
export type ServingEndpoint = Endpoint & { deployment: Deployment };

export type EndpointStatus = "Creating" | "Updating" | "InService" | "Deleting" | "Failed";

/** Endpoints by name, which is case-insensitive. */
class Endpoints extends Collection<Endpoint> {
  override get(name: string): Endpoint | undefined {
    return super.get(name.toLowerCase());
  }
  override put(name: string, endpoint: Endpoint): void {
    super.put(name.toLowerCase(), endpoint);
  }
  override delete(name: string): boolean {
    return super.delete(name.toLowerCase());
  }
}

export interface Records {
  readonly jobs: Collection<TrainingJob>;
  readonly models: Collection<Model>;
  readonly configs: Collection<EndpointConfig>;
  readonly endpoints: Collection<Endpoint>;
  /** Tags by the resource's ARN. */
  readonly tags: Collection<Record<string, string>>;
}

export function openRecords(store: Store): Records {
  return {
    jobs: store.collection("training-jobs"),
    models: store.collection("models"),
    configs: store.collection("endpoint-configs"),
    endpoints: new Endpoints(store, "endpoints"),
    tags: store.collection("sagemaker-tags"),
  };
}
