/** The tasks of SageMaker: training jobs (also with `.sync`), models, endpoint configurations and endpoints. */
import type { Operation } from "../../operation.ts";
import { createEndpointConfig } from "../../sagemaker/endpoint_configs.ts";
import { createEndpoint, updateEndpoint } from "../../sagemaker/endpoints.ts";
import { createModel } from "../../sagemaker/models.ts";
import { createTrainingJob, describeTrainingJob, stopTrainingJob } from "../../sagemaker/training_jobs.ts";
import type { Json } from "../language/asl.ts";
import { httpMetadata } from "./http_metadata.ts";
import type { Integration, Pattern } from "./integration.ts";
import { jobFailed, untilEnded } from "./jobs.ts";
import { taskInput } from "./parameters.ts";
import { serviceFailure } from "./sdk.ts";

type Job = Record<string, Json> & { readonly TrainingJobStatus: string };

export const SAGEMAKER: readonly Integration[] = [
  {
    ...task("createTrainingJob", createTrainingJob, [
      ...["TrainingJobName", "AlgorithmSpecification", "RoleArn", "OutputDataConfig", "ResourceConfig"],
      "StoppingCondition",
    ]),
    patterns: ["", ".sync"],
    managedRule: "StepFunctionsGetEventsForSageMakerTrainingJobsRule",
    async finish(submitted, _pattern, caller) {
      const { TrainingJobArn } = submitted as { TrainingJobArn: string };
      const TrainingJobName = TrainingJobArn.slice(TrainingJobArn.lastIndexOf("/") + 1);
      const { core, principal, cancelled } = caller;
      const ask = () => {
        const job = core.call(describeTrainingJob, { TrainingJobName }, { principal: principal() });
        const shown = withTimes(job as unknown as Job);
        return ["InProgress", "Stopping"].includes(shown.TrainingJobStatus) ? undefined : shown;
      };
      cancelled.addEventListener("abort", () => {
        try {
          core.call(stopTrainingJob, { TrainingJobName }, { principal: principal() });
        } catch {
          // It runs on.
        }
      });
      try {
        const job = await untilEnded(ask, caller);
        if (job.TrainingJobStatus !== "Completed") throw jobFailed(job);
        return job;
      } catch (error) {
        throw failure(error);
      }
    },
  },
  task("createModel", createModel, ["ModelName", "ExecutionRoleArn"]),
  task("createEndpointConfig", createEndpointConfig, ["EndpointConfigName", "ProductionVariants"]),
  task("createEndpoint", createEndpoint, ["EndpointName", "EndpointConfigName"]),
  task("updateEndpoint", updateEndpoint, ["EndpointName", "EndpointConfigName"]),
];

/** The task that calls an operation; its parameters are the operation's members. */
// deno-lint-ignore no-explicit-any -- each operation has its own types
function task(resource: string, operation: Operation<any, any, any>, required: string[]): Integration {
  return {
    service: { resourceType: "sagemaker", resource },
    patterns: [""] as Pattern[],
    parameters: Object.keys(operation.input.members!),
    unsupported: [],
    required,
    async call(parameters, { core, principal, signal }) {
      const input = taskInput(operation.input, JSON.parse(parameters), parameters);
      const caller = { principal: principal(), signal };
      try {
        const output = await core.call(operation, input, caller);
        return { ...httpMetadata(output), ...output };
      } catch (error) {
        throw failure(error);
      }
    },
  };
}

/** Times are milliseconds in the results of tasks. */
function withTimes(job: Job): Job {
  return JSON.parse(
    JSON.stringify(
      job,
      (key, value) => typeof value === "number" && key.endsWith("Time") ? Math.round(value * 1000) : value,
    ),
  );
}

function failure(error: unknown) {
  return serviceFailure(error, "SageMaker", "AmazonSageMaker", className);
}

function className(code: string): string {
  const modelled = ["ResourceLimitExceeded", "ResourceNotFound", "ResourceInUse"];
  return modelled.includes(code) ? `${code}Exception` : "AmazonSageMakerException";
}
