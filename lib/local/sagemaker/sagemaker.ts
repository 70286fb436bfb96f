/** SageMaker of the local AWS: training jobs, models, endpoints, and the runtime that invokes them. */
import { AwsError } from "../errors.ts";
import { jsonRpc } from "../legacy_protocols.ts";
import type { Core, LegacyService as Service } from "../services.ts";
import { Capture } from "./capture.ts";
import { endpointConfigOperations } from "./endpoint_configs.ts";
import { endpointOperations } from "./endpoints.ts";
import { Fleet } from "./fleet.ts";
import { serveCommand, trainCommand } from "./image_classification/container/commands.ts";
import { modelOperations } from "./models.ts";
import { createInvokeEndpoint } from "./runtime.ts";
import { Tags } from "./tags.ts";
import { trainingJobOperations } from "./training_jobs.ts";
import { TrainingRuns } from "./training_run.ts";

export interface SageMakerOptions {
  /** Instances by `<type> for <training-job or endpoint> usage`; absent means enough. New AWS accounts have 0 of many. */
  quotas?: Readonly<Record<string, number>>;
}

export interface SageMaker extends Service {
  /** Whether a training job is running. */
  readonly busy: boolean;
}

export function createSageMaker(core: Core, { quotas = {} }: SageMakerOptions = {}): SageMaker {
  const tags = new Tags(core);
  const runs = new TrainingRuns(core, trainCommand);
  const fleet = new Fleet(core, serveCommand);
  const capture = new Capture(core);
  const operations = {
    ...trainingJobOperations(core, { runner: runs, tags, quotas }),
    ...modelOperations(core, tags),
    ...endpointConfigOperations(core, tags),
    ...endpointOperations(core, { fleet, tags, quotas }),
    ...tags.operations,
  };
  const invokeEndpoint = createInvokeEndpoint(core, { fleet, capture });
  return {
    handle(call) {
      const invocation = call.url.pathname.match(/^\/endpoints\/([^/]+)\/invocations$/);
      if (invocation && call.request.method === "POST") {
        return invokeEndpoint(call, endpointName(invocation[1]!));
      }
      if (call.url.pathname !== "/") {
        throw new AwsError(
          "UnknownOperationException",
          `The local AWS does not support ${call.url.pathname}.`,
        );
      }
      return jsonRpc("1.1", operations, call);
    },
    start() {
      runs.failOrphans();
      fleet.resume();
      capture.deliver();
    },
    async stop() {
      await runs.close();
      await fleet.close();
      capture.deliver();
    },
    get busy() {
      return runs.busy;
    },
  };
}

/** The name in a path. @throws AwsError unless an endpoint could have it */
function endpointName(segment: string): string {
  if (/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(segment)) return segment;
  throw new AwsError(
    "ValidationError",
    `1 validation error detected: Value '${
      segment.slice(0, 256)
    }' at 'endpointName' failed to satisfy constraint: ` +
      "Member must satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9])*",
  );
}
