/** Trains and deploys a model with SageMaker. */
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  type DescribeTrainingJobCommandOutput,
} from "@aws-sdk/client-sagemaker";
import type { Aws } from "../aws/clients.ts";
import { ownTagList } from "../aws/ownership.ts";
import { whileRoleIsNew } from "../aws/retries.ts";
import { parseS3Uri } from "../aws/s3.ts";
import { waitFor } from "../aws/waiting.ts";
import { timestamp } from "../names.ts";
import type { DataCaptureConfig } from "./data_capture_config.ts";
import { deployModel, type DeployProgress } from "./endpoint.ts";
import { type EqualJob, findEqualJob, fingerprint } from "./equal_job.ts";
import { estimateInWords, estimateTraining, maxRunSecondsFor, type TrainingEstimate } from "./estimate.ts";
import { JobWatch, type TrainingObserver } from "./job_watch.ts";
import type { Predictor } from "./predictor.ts";
import { checkQuotas } from "./quotas.ts";
import { FINGERPRINT_TAG, runningJobs, stopTrainingJob, withoutStop } from "./running_jobs.ts";
import { toChannels, type TrainingInput } from "./training_input.ts";
import { toResult, type TrainingResult } from "./training_result.ts";

/** A job has 120 s to save its model when it is stopped, and the model is uploaded afterwards. */
const STOPPING_SECONDS = 900;

export interface EstimatorOptions {
  imageUri: string;
  role: string;
  /** `s3://bucket/prefix`; the model goes to `<outputPath>/<job>/output/model.tar.gz`. */
  outputPath: string;
  /** Default: that of the settings. The algorithm needs a GPU on AWS, and ml.p2 and ml.p3 are retired. */
  instanceType?: string;
  instanceCount?: number;
  volumeSizeGb?: number;
  /** Default: an hour, or three times the estimate, whichever is longer. */
  maxRunSeconds?: number;
  baseJobName?: string;
  /** Variables of the training container; the local algorithm stores `SCONES_CLASSES` with the model as its class names. */
  environment?: Record<string, string>;
}

export interface FitOptions extends TrainingObserver {
  jobName?: string;
  /**
   * Uses the newest completed job with identical inputs instead of starting one; if none has completed but one is running,
   * whoever started it, follows that one.
   */
  reuse?: boolean;
  /** Called before a job is started on AWS, with an estimate of time and costs, and with what could not be checked. */
  note?(text: string): void | Promise<void>;
  /** Stops the job when aborted, also one that was already running: nothing keeps running after an interrupt. */
  signal?: AbortSignal;
}

/** A training algorithm with its settings, used as in SageMaker's Python SDK: hyperparameters, fit, deploy. */
export class Estimator {
  readonly options:
    & Required<Omit<EstimatorOptions, "maxRunSeconds">>
    & Pick<EstimatorOptions, "maxRunSeconds">;
  readonly hyperparameters: Record<string, string> = {};
  #result: TrainingResult | undefined;

  constructor(readonly aws: Aws, options: EstimatorOptions) {
    this.options = {
      instanceType: aws.settings.trainingInstance,
      instanceCount: 1,
      volumeSizeGb: 30,
      baseJobName: aws.names.trainingJobs,
      environment: {},
      ...options,
    };
  }

  /** Sets hyperparameters; SageMaker takes every value as a string. */
  setHyperparameters(values: Readonly<Record<string, string | number | boolean>>): void {
    for (const [name, value] of Object.entries(values)) {
      this.hyperparameters[name] = typeof value === "boolean" ? (value ? "True" : "False") : `${value}`;
    }
  }

  /** The request that `fit` sends. */
  toRequest(inputs: Readonly<Record<string, TrainingInput>>, jobName: string): CreateTrainingJobCommandInput {
    const { imageUri, role, outputPath, instanceType, instanceCount, volumeSizeGb } = this.options;
    const { kmsKey } = this.aws.settings;
    return {
      TrainingJobName: jobName,
      AlgorithmSpecification: { TrainingImage: imageUri, TrainingInputMode: "File" },
      RoleArn: role,
      HyperParameters: this.hyperparameters,
      InputDataConfig: toChannels(inputs),
      OutputDataConfig: { S3OutputPath: outputPath, ...kmsKey ? { KmsKeyId: kmsKey } : {} },
      ResourceConfig: {
        InstanceType: toInstanceType(instanceType),
        InstanceCount: instanceCount,
        VolumeSizeInGB: volumeSizeGb,
      },
      Environment: {
        ...this.options.environment,
        // Only the local algorithm has a seed.
        ...this.aws.target === "local" ? { SCONES_SEED: `${this.aws.settings.seed}` } : {},
      },
      StoppingCondition: {
        MaxRuntimeInSeconds: this.options.maxRunSeconds ?? maxRunSecondsFor(this.estimate()),
      },
    };
  }

  /** How long training on AWS will take and what it will cost, roughly, from the hyperparameters. */
  estimate(): TrainingEstimate {
    const { num_training_samples: samples = "0", epochs } = this.hyperparameters;
    const { instanceType, instanceCount } = this.options;
    return estimateTraining({
      samples: Number(samples),
      epochs: epochs === undefined ? undefined : Number(epochs),
      instanceType,
      instanceCount,
    });
  }

  /**
   * Trains: starts a job (see `reuse`), follows its log, and returns when it has ended.
   * @param inputs the data of each channel, by channel name
   * @throws Error if a channel is empty; QuotaError if the account may not have the instances, also that of the endpoint; UnexpectedStatusError if the job fails, is stopped or exceeds its maximum run time; the signal's reason after
   *   telling the job to stop; Error that names the job if it may still be running when the network or the credentials
   *   failed for longer than the SDK retries
   */
  async fit(
    inputs: Readonly<Record<string, TrainingInput>>,
    options: FitOptions = {},
  ): Promise<TrainingResult> {
    const jobName = options.jobName ?? `${this.options.baseJobName}-${timestamp()}`;
    const request = this.toRequest(inputs, jobName);
    const equal = await fingerprint(this.aws, request);
    const { baseJobName: baseName, outputPath } = this.options;
    const earlier = options.reuse
      ? await findEqualJob(this.aws, {
        baseName,
        equal,
        bucket: parseS3Uri(outputPath).bucket,
        status: options.status,
      })
      : undefined;
    if (!earlier) {
      const { instanceType, instanceCount } = this.options;
      const note = await checkQuotas(this.aws, [
        { instanceType, instanceCount, use: "training job" },
        { instanceType: this.aws.settings.endpointInstance, instanceCount: 1, use: "endpoint" },
      ]);
      if (note) await options.note?.(note);
      if (this.aws.target === "aws") {
        await options.note?.(`The training will take ${estimateInWords(this.estimate(), instanceType)}.`);
      }
      const Tags = [...ownTagList(this.aws), { Key: FINGERPRINT_TAG, Value: equal }];
      await this.#create({ ...request, Tags }, options);
    }
    return this.#result = await this.#follow(earlier?.jobName ?? jobName, earlier?.status, options);
  }

  /** Uses the result of a completed job as if this estimator had trained it. */
  async attach(jobName: string, observer: TrainingObserver = {}): Promise<TrainingResult> {
    return this.#result = await this.#follow(jobName, "Completed", observer);
  }

  /**
   * Deploys the trained model to an endpoint and waits until it is in service. An existing endpoint of that name that serves
   * the same model with the same data capture is left as it is; otherwise it is updated without downtime.
   */
  async deploy(
    options: {
      endpointName: string;
      instanceType?: string;
      initialInstanceCount?: number;
      dataCaptureConfig?: DataCaptureConfig;
      signal?: AbortSignal;
    } & DeployProgress,
  ): Promise<Predictor> {
    if (!this.#result) throw new Error("There is no model to deploy yet: call fit() or attach() first.");
    const { imageUri, role } = this.options;
    return await deployModel(this.aws, { ...options, imageUri, role, modelData: this.#result.modelData });
  }

  /** Creates the job. If jobs that are being stopped still use up the account's quota, waits until they have ended. */
  async #create(request: CreateTrainingJobCommandInput, { status, signal }: FitOptions): Promise<void> {
    const create = () =>
      whileRoleIsNew(
        this.aws,
        request.RoleArn!,
        // Not aborted by the signal, since the job might be created nevertheless; #follow stops it.
        () => this.aws.sagemaker.send(new CreateTrainingJobCommand(request)),
        { signal, onWait: status },
      );
    try {
      await create();
    } catch (error) {
      const quotaIsUsed = (error as Error).name === "ResourceLimitExceeded";
      const stopping = async () => (await runningJobs(this.aws, "Stopping"))[0]?.TrainingJobName;
      const holder = quotaIsUsed ? await stopping() : undefined;
      if (!holder) throw error;
      status?.(`Waiting for an instance: training job ${holder} is being stopped`);
      const wait = { everySeconds: this.aws.pollSeconds, timeoutSeconds: STOPPING_SECONDS, signal };
      await waitFor(
        `The end of training job ${holder}`,
        wait,
        async () => await stopping() ? undefined : true,
      );
      await create();
    }
  }

  /**
   * Watches a job until it has ended. An interrupt stops the job, unless it had completed before.
   * @param earlier the status in which the job was found; undefined for one that has just been started
   */
  async #follow(
    jobName: string,
    earlier: EqualJob["status"] | undefined,
    options: FitOptions,
  ): Promise<TrainingResult> {
    if (earlier === "InProgress") {
      options.status?.(`Following the training job ${jobName}, which is already running`);
    }
    const watch = new JobWatch(this.aws, jobName, options);
    let job: DescribeTrainingJobCommandOutput;
    try {
      job = await watch.untilEnded(options.signal);
    } catch (error) {
      if (options.signal?.aborted) {
        if (earlier !== "Completed") await stopTrainingJob(this.aws, jobName);
        throw options.signal.reason;
      }
      const mayBeRunning = watch.running ?? earlier !== "Completed";
      throw mayBeRunning ? this.#lostSight(jobName, error) : error;
    }
    return toResult(job, earlier, watch.log);
  }

  #lostSight(jobName: string, cause: unknown): Error {
    const reason = withoutStop(cause instanceof Error ? cause.message : String(cause));
    const costs = this.aws.target === "aws" ? ", which costs money" : "";
    return new Error(
      `Lost contact with training job ${jobName}: ${reason}. The job may still be running${costs}. Run the cell ` +
        "again to follow it (fit with reuse: true does that), and interrupt the cell to stop the job.",
      { cause },
    );
  }
}

type InstanceType = NonNullable<CreateTrainingJobCommandInput["ResourceConfig"]>["InstanceType"];

/** Any name: AWS checks it, and knows newer types than the SDK. */
function toInstanceType(name: string): InstanceType {
  return name as InstanceType;
}
