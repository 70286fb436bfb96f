/** Creates the services of the local AWS and connects them through one core. */
import type { Access, Core } from "./core.ts";
import { Dispatcher, type Service } from "./dispatcher.ts";
import { createIam } from "./iam/iam.ts";
import { createLambda, type LambdaOptions } from "./lambda/lambda.ts";
import { createLogs } from "./logs/logs.ts";
import { createS3 } from "./s3/s3.ts";
import { createSageMaker } from "./sagemaker/sagemaker.ts";
import { createSns } from "./sns/sns.ts";
import { createSqs } from "./sqs/sqs.ts";
import { createStates } from "./states/states.ts";

export interface ServicesOptions {
  /** Seconds until a new or changed role can be assumed, as on AWS; 0 by default. */
  rolePropagationSeconds?: number;
  lambda?: LambdaOptions;
  /** Instance limits by quota name, `<type> for <training-job or endpoint> usage`; no limit by default. */
  quotas?: Readonly<Record<string, number>>;
}

export interface Services {
  /** In the order in which they are asked whether they claim an unsigned request; S3 comes last and claims any. */
  readonly services: readonly Service[];
  readonly dispatcher: Dispatcher;
  readonly iam: Access;
}

export function createServices(
  surroundings: Omit<Core, "call" | "operation" | "iam" | "logs">,
  { rolePropagationSeconds: propagationSeconds = 0, lambda, quotas }: ServicesOptions = {},
): Services {
  const dispatcher: Dispatcher = new Dispatcher(() => iam.access);
  const core: Core = {
    ...surroundings,
    call: (operation, input, caller) => dispatcher.call(operation, input, caller),
    operation: (service, name) => dispatcher.operation(service, name),
    get iam() {
      return iam.access;
    },
    get logs() {
      return logs.access;
    },
  };
  const iam = createIam(core, { propagationSeconds });
  const logs = createLogs(core);
  const services = [
    ...iam.services,
    createLambda(core, lambda),
    createStates(core),
    ...createSageMaker(core, { quotas }),
    logs.service,
    createSqs(core),
    createSns(core),
    createS3(core),
  ];
  for (const service of services) dispatcher.register(service);
  return { services, dispatcher, iam: iam.access };
}
