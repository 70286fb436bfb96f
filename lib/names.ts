/** The names of the project's resources on the target, by which each notebook finds what the ones before it created. */

export type FunctionKey = "serializeImageData" | "classifyImage" | "filterLowConfidence";
/** The state machine for one order, and the one for all orders under a prefix. */
export type MachineKind = "stateMachine" | "batchMachine";
export type AlarmKey =
  | "endpointErrors"
  | "endpointLatency"
  | "executionsFailed"
  | "ordersHeldBack"
  | "throttles";
export type RoleKind = "sagemaker" | "lambda" | "states";

/** The names of one deployment: of one stage, in one region. */
export interface Names {
  readonly endpoint: string;
  /** Training jobs are called this and the time at which they were created. */
  readonly trainingJobs: string;
  readonly stateMachine: string;
  readonly batchMachine: string;
  readonly functions: Readonly<Record<FunctionKey, string>>;
  readonly roles: Readonly<Record<RoleKind, string>>;
  /** The topic that tells of alarms. */
  readonly alertTopic: string;
  readonly alarms: Readonly<Record<AlarmKey, string>>;
}

/**
 * The names of a deployment. Roles are global to an account, so theirs carry the region too: a role's policy holds the ARNs
 * of one region and bucket, and must not be shared.
 */
export function namesOf({ region, stage }: { region: string; stage?: string }): Names {
  const staged = (name: string) => stage === undefined ? name : `${name}-${stage}`;
  const role = (kind: RoleKind) => `${staged(`scones-unlimited-${region}`)}-${kind}`;
  return {
    endpoint: staged("scones-unlimited"),
    trainingJobs: staged("scones-image-classification"),
    stateMachine: staged("scones-unlimited"),
    batchMachine: staged("scones-unlimited-batch"),
    functions: {
      serializeImageData: staged("scones-serialize-image-data"),
      classifyImage: staged("scones-classify-image"),
      filterLowConfidence: staged("scones-filter-low-confidence"),
    },
    roles: { sagemaker: role("sagemaker"), lambda: role("lambda"), states: role("states") },
    alertTopic: staged("scones-alerts"),
    alarms: {
      endpointErrors: staged("scones-endpoint-errors"),
      endpointLatency: staged("scones-endpoint-latency"),
      executionsFailed: staged("scones-executions-failed"),
      ordersHeldBack: staged("scones-orders-held-back"),
      throttles: staged("scones-throttles"),
    },
  };
}

/** The bucket of a deployment, unless SCONES_BUCKET names another one. Bucket names are global to all accounts. */
export function bucketNameOf(
  { account, region, stage }: { account: string; region: string; stage?: string },
): string {
  return ["scones-unlimited", account, region, stage].filter((part) => part !== undefined).join("-");
}

/** The roles of earlier versions, which all regions of an account shared. */
export const OLD_ROLE_NAMES: Readonly<Record<RoleKind, string>> = {
  sagemaker: "scones-sagemaker-role",
  lambda: "scones-lambda-role",
  states: "scones-states-role",
};

/** The error by which the third function ends an execution whose classification is not confident enough. */
export const THRESHOLD_ERROR = "THRESHOLD_CONFIDENCE_NOT_MET";

/** Keys and prefixes in the bucket. The prefix of a folder ends in a slash, since S3 compares prefixes as plain strings. */
export const S3_LAYOUT = {
  train: "train/",
  test: "test/",
  orders: "orders/",
  trainList: "train.lst",
  testList: "test.lst",
  models: "models/image_model",
  dataCapture: "data_capture",
  routed: "routed/",
} as const;

/** A time in the form `2026-01-31-12-05-09-123`, which is valid in the names of AWS resources. */
export function timestamp(date = new Date()): string {
  return date.toISOString().replaceAll(/[T:.]/g, "-").replace("Z", "");
}
