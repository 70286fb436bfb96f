/** Creates the services of the local AWS and connects them: through one core in each region, and the dispatcher. */
import type { Access, Core } from "./core.ts";
import { Dispatcher, type Service } from "./dispatcher.ts";
import { createCloudWatch } from "./cloudwatch/cloudwatch.ts";
import { createIam } from "./iam/iam.ts";
import { createLambda, type LambdaOptions } from "./lambda/lambda.ts";
import { createLogs } from "./logs/logs.ts";
import { accountQuotas } from "./quotas.ts";
import { type Place, Regions } from "./regions.ts";
import { createS3 } from "./s3/s3.ts";
import { createSageMaker } from "./sagemaker/sagemaker.ts";
import { createServiceQuotas } from "./servicequotas/servicequotas.ts";
import { createSns } from "./sns/sns.ts";
import { createSqs } from "./sqs/sqs.ts";
import { createStates } from "./states/states.ts";
import { strictProfile } from "./strict.ts";

export interface ServicesOptions {
  /** Seconds until a new or changed role can be assumed, as on AWS; 0 by default. */
  rolePropagationSeconds?: number;
  lambda?: LambdaOptions;
  /** Behaves as a new account does, where AWS is late, limited or shared (see strict.ts). */
  strict?: boolean;
  /** Quotas that differ, by AWS's name: `ml.g4dn.xlarge for training job usage`. */
  quotas?: Readonly<Record<string, number>>;
}

export interface Services {
  /**
   * The global services, and those of the region of requests that name none, in the order in which they are asked
   * whether they claim an unsigned request; S3 comes last and claims any.
   */
  readonly services: readonly Service[];
  readonly regions: Regions;
  readonly dispatcher: Dispatcher;
  readonly iam: Access;
}

/** @param surroundings the main store and directory, and the region of requests that name none */
export function createServices(
  surroundings: Omit<Core, "call" | "operation" | "iam" | "logs" | "metrics">,
  { rolePropagationSeconds, lambda, strict = false, quotas }: ServicesOptions = {},
): Services {
  const quota = accountQuotas({ strict, set: quotas });
  const propagationSeconds = rolePropagationSeconds ??
    (strict ? strictProfile(surroundings.region).rolePropagationSeconds : 0);
  const dispatcher: Dispatcher = new Dispatcher(() => iam.access);
  const coreOf = (place: Place, shared: () => Pick<Core, "logs" | "metrics">): Core => ({
    ...surroundings,
    ...place,
    strict: strict ? strictProfile(place.region) : undefined,
    call: (operation, input, caller) =>
      dispatcher.call(operation, input, { ...caller, region: place.region }),
    operation: (service, name) => dispatcher.operation(service, name),
    get iam() {
      return iam.access;
    },
    get logs() {
      return shared().logs;
    },
    get metrics() {
      return shared().metrics;
    },
  });
  const main = coreOf(surroundings, () => {
    throw new Error("Global services write no logs and publish no metrics.");
  });
  const iam = createIam(main, {
    roleDeleted: (rename) => [s3, ...regions.all()].forEach((service) => service.roleDeleted?.(rename)),
    propagationSeconds,
  });
  const s3 = createS3(main);
  const regions = new Regions(surroundings, (place) => {
    const core = coreOf(place, () => ({ logs: logs.access, metrics: cloudwatch.access }));
    const logs = createLogs(core);
    const cloudwatch = createCloudWatch(core);
    return [
      createLambda(core, { concurrentExecutions: quota("Concurrent executions"), ...lambda }),
      createStates(core),
      ...createSageMaker(core, { quotas: quota }),
      logs.service,
      ...cloudwatch.services,
      createServiceQuotas(core, quota),
      createSqs(core),
      createSns(core),
    ];
  });
  const regional = regions.services(surroundings.region);
  for (const service of [...iam.services, s3]) dispatcher.register(service);
  regional.forEach((service, index) => {
    dispatcher.register(service, (region) => regions.services(region)[index]!);
  });
  return { services: [...iam.services, ...regional, s3], regions, dispatcher, iam: iam.access };
}
