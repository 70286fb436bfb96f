/** SageMaker: training jobs, models, endpoints, and the runtime that invokes endpoints. */
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import type { Core } from "../core.ts";
import type { QuotaValue } from "../quotas.ts";
import { Captures } from "./captures.ts";
import type { SageMakerContext } from "./context.ts";
import { Deployments } from "./deployments.ts";
import * as endpointConfigs from "./endpoint_configs.ts";
import * as endpoints from "./endpoints.ts";
import { Fleet } from "./fleet.ts";
import { serveCommand, trainCommand } from "./image_classification/container/commands.ts";
import * as models from "./models.ts";
import { runtimeProtocol, sagemakerProtocol } from "./protocol.ts";
import { openRecords } from "./records.ts";
import * as runtime from "./runtime.ts";
import * as tags from "./tags.ts";
import * as trainingJobs from "./training_jobs.ts";
import { TrainingRuns } from "./training_runs.ts";

/** The control plane and the runtime: two services with one context, both signed for as `sagemaker`. */
export function createSageMaker(
  core: Core,
  { quotas = () => undefined }: { quotas?: QuotaValue } = {},
): Service<SageMakerContext>[] {
  const records = openRecords(core.store);
  const runs = new TrainingRuns(core, records, trainCommand);
  const fleet = new Fleet(core, serveCommand);
  const deployments = new Deployments(core, records, fleet);
  const captures = new Captures(core);
  const context: SageMakerContext = { ...records, core, quotas, runs, deployments, fleet, captures };
  return [
    {
      name: "sagemaker",
      protocol: sagemakerProtocol,
      operations: operationsOf(trainingJobs, models, endpointConfigs, endpoints, tags),
      context,
      async start() {
        runs.failOrphans();
        deployments.resume();
        await captures.deliver();
      },
      async stop() {
        await runs.close();
        await deployments.close();
        await captures.close();
      },
      busy: () => runs.busy,
    },
    { name: "sagemaker", protocol: runtimeProtocol, operations: operationsOf(runtime), context },
  ];
}
