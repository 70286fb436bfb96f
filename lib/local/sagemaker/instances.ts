/** The checks of instance types and quotas. */
import { AwsError } from "../errors.ts";
import type { QuotaValue } from "../quotas.ts";
import { invalid } from "./errors.ts";

/**
 * AWS told customers to leave P3 by 20 December 2025 and its EC2 API no longer describes it; P2 and G3 went before. The enum
 * of CreateTrainingJob still has them, so a request passes the check of its shape and meets a region that has none.
 */
const RETIRED = /^ml\.(p2|p3|p3dn|g3)\./;
/**
 * What the algorithm can be trained on: of the families in AWS's guide ("EC2 Instance Recommendation for the Image
 * Classification Algorithm": P2, P3, G4dn, G5) those that are not retired.
 */
const TRAINING =
  /^ml\.(g4dn\.(xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge)|g5\.(xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge|48xlarge))$/;
const HOSTING =
  /^ml\.(t2\.(medium|large|xlarge|2xlarge)|m[45]\.(large|xlarge|2xlarge|4xlarge|10xlarge|12xlarge|16xlarge|24xlarge)|m5d\.(large|xlarge|2xlarge|4xlarge|12xlarge|24xlarge)|m6i\.(large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge|32xlarge)|c[45]\.(large|xlarge|2xlarge|4xlarge|8xlarge|9xlarge|18xlarge)|c5d\.(large|xlarge|2xlarge|4xlarge|9xlarge|18xlarge)|c6i\.(large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge|32xlarge)|r5d?\.(large|xlarge|2xlarge|4xlarge|12xlarge|24xlarge)|g4dn\.(xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge)|g5\.(xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge|48xlarge))$/;

type Use = "training-job" | "endpoint";

/** The quotas of all types together. Each job and each variant is a process here, whatever its count of instances. */
const ALL_TYPES: Readonly<Record<Use, string>> = {
  "training-job": "Number of instances across training jobs",
  "endpoint": "Number of instances across active endpoints",
};
const MAX_PROCESSES = 20;

/** A number of instances of a type. */
export interface Instances {
  InstanceType: string;
  InstanceCount: number;
  /** Spot instances have quotas of their own: `<type> for spot training job usage`. */
  spot?: boolean;
}

/** @throws AwsError ValidationException for types that do not exist, or that the algorithm cannot be trained on */
export function checkInstanceType(use: Use, type: string): void {
  if (!/^ml\.[a-z0-9-]+\.[a-z0-9]+$/.test(type)) {
    throw invalid(
      `1 validation error detected: Value '${type}' at 'instanceType' failed to satisfy constraint: ` +
        `Member must satisfy enum value set: [ml.g4dn.xlarge, ml.g5.xlarge, ml.m5.xlarge, …]`,
    );
  }
  // AWS still lists them, and refuses them in `checkCapacity`.
  if (RETIRED.test(type)) return;
  if ((use === "training-job" ? TRAINING : HOSTING).test(type)) return;
  if (use === "endpoint") {
    throw invalid(
      `The local AWS does not know the instance type ${type} for endpoints; use ml.m5.xlarge, for example.`,
    );
  }
  // AWS's words for a CPU type: github.com/aws/amazon-sagemaker-examples/issues/1951
  const supported = /^ml\.[gp]/.test(type) ? "ml.g4dn and ml.g5 instances" : "GPU instances";
  throw invalid(
    `Instance type ${type} is not supported by algorithm image-classification; only ${supported} are supported.`,
  );
}

/**
 * Checks the account's quotas.
 * @param wanted the instances to start
 * @param running the instances already running for the same use
 * @throws AwsError ResourceLimitExceeded for retired types and exceeded quotas
 */
export function checkCapacity(
  use: Use,
  wanted: readonly Instances[],
  running: readonly Instances[],
  quotas: QuotaValue,
): void {
  const spot = wanted.some((one) => one.spot);
  const count = (instances: readonly Instances[], type: string) =>
    instances.filter((one) => one.InstanceType === type && Boolean(one.spot) === spot)
      .reduce((sum, { InstanceCount }) => sum + InstanceCount, 0);
  for (const type of new Set(wanted.map(({ InstanceType }) => InstanceType))) {
    if (RETIRED.test(type)) {
      throw new AwsError(
        "ResourceLimitExceeded",
        `The requested resource ${use}/${type} is not available in this region`,
      );
    }
    const usage = `${type} for ${spot ? "spot " : ""}${use.replace("-", " ")} usage`;
    checkQuota(usage, quotas(usage), count(running, type), count(wanted, type));
  }
  const name = ALL_TYPES[use];
  checkQuota(name, quotas(name) ?? MAX_PROCESSES, running.length, wanted.length);
}

/** Checks the quota of the instances that a job keeps warm. None is kept here. @throws AwsError ResourceLimitExceeded */
export function checkWarmPool({ InstanceType, InstanceCount }: Instances, quotas: QuotaValue): void {
  const name = `${InstanceType} for training warm pool usage`;
  checkQuota(name, quotas(name), 0, InstanceCount);
}

function checkQuota(name: string, quota: number | undefined, used: number, more: number): void {
  if (quota === undefined || used + more <= quota) return;
  throw new AwsError(
    "ResourceLimitExceeded",
    `The account-level service limit '${name}' is ${quota} Instances, with ` +
      `current utilization of ${used} Instances and a request delta of ${more} Instances. Please use AWS Service ` +
      `Quotas to request an increase for this quota. If AWS Service Quotas is not available, contact AWS support to ` +
      `request an increase for this quota.`,
  );
}
