/** Which container images and instance types there are: what AWS would refuse is refused here. */
import registries from "../../aws/registries.json" with { type: "json" };
import { AwsError } from "../errors.ts";
import type { Core } from "../services.ts";

const ACCOUNTS: Readonly<Record<string, string>> = registries["image-classification"];

/**
 * Checks that an image is the region's image-classification algorithm, the one that runs locally.
 * @throws AwsError ValidationException for another image, registry account or region.
 */
export function checkImage(core: Core, image: string): void {
  const parts = image.match(
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)(?::(.+))?$/,
  );
  const expected = `${ACCOUNTS[core.region]}.dkr.ecr.${core.region}.amazonaws.com/image-classification:1`;
  if (!parts) throw new AwsError("ValidationException", `Invalid image URI ${image}. Use ${expected}.`);
  const [, account, region, repository, tag = "latest"] = parts;
  if (repository !== "image-classification") {
    throw new AwsError(
      "ValidationException",
      `The local AWS runs the built-in image-classification algorithm only, not the image ${image}. Use ${expected}.`,
    );
  }
  if (region !== core.region || account !== ACCOUNTS[core.region] || !["1", "latest"].includes(tag)) {
    throw new AwsError(
      "ValidationException",
      `Requested image ${image} not found. The algorithm's image of ${core.region} is ${expected}.`,
    );
  }
}

const RETIRED = /^ml\.(p2|p3|p3dn|g3)\./;
/** GPU families that the algorithm trains on, with their sizes. */
const TRAINING =
  /^ml\.(g4dn\.(xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge)|g5\.(xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge|48xlarge))$/;
const HOSTING =
  /^ml\.(t2\.(medium|large|xlarge|2xlarge)|m[45]\.(large|xlarge|2xlarge|4xlarge|10xlarge|12xlarge|16xlarge|24xlarge)|m5d\.(large|xlarge|2xlarge|4xlarge|12xlarge|24xlarge)|m6i\.(large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge|32xlarge)|c[45]\.(large|xlarge|2xlarge|4xlarge|8xlarge|9xlarge|18xlarge)|c5d\.(large|xlarge|2xlarge|4xlarge|9xlarge|18xlarge)|c6i\.(large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge|32xlarge)|r5d?\.(large|xlarge|2xlarge|4xlarge|12xlarge|24xlarge)|g4dn\.(xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge)|g5\.(xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge|48xlarge))$/;

type Use = "training-job" | "endpoint";

/** An instance type and how many of it. */
export interface Instances {
  InstanceType: string;
  InstanceCount: number;
}

/** @throws AwsError ValidationException for types that AWS does not know, or that the algorithm does not train on */
export function checkInstanceType(use: Use, type: string): void {
  if (!/^ml\.[a-z0-9-]+\.[a-z0-9]+$/.test(type)) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${type}' at 'instanceType' failed to satisfy constraint: ` +
        `Member must satisfy enum value set: [ml.g4dn.xlarge, ml.g5.xlarge, ml.m5.xlarge, …]`,
    );
  }
  // AWS's list still has them; it is when they are to run that there are none.
  if (RETIRED.test(type)) return;
  if (!(use === "training-job" ? TRAINING : HOSTING).test(type)) {
    throw new AwsError(
      "ValidationException",
      use === "training-job"
        ? `The image-classification algorithm trains on GPU instances (ml.g4dn.*, ml.g5.*), not on ${type}.`
        : `The local AWS does not know the instance type ${type} for endpoints; use ml.m5.xlarge, for example.`,
    );
  }
}

/**
 * Checks that the account may run more instances.
 * @param wanted those that are to be started
 * @param running those that run already for the same use
 * @param quotas instances by `<type> for <use> usage`; absent means enough
 * @throws AwsError ResourceLimitExceeded for retired types and exceeded quotas
 */
export function checkCapacity(
  use: Use,
  wanted: readonly Instances[],
  running: readonly Instances[],
  quotas: Readonly<Record<string, number>>,
): void {
  const count = (instances: readonly Instances[], type: string) =>
    instances.reduce((sum, one) => one.InstanceType === type ? sum + one.InstanceCount : sum, 0);
  for (const type of new Set(wanted.map(({ InstanceType }) => InstanceType))) {
    if (RETIRED.test(type)) {
      throw new AwsError(
        "ResourceLimitExceeded",
        `The requested resource ${use}/${type} is not available in this region`,
      );
    }
    const quota = quotas[`${type} for ${use} usage`];
    const [more, used] = [count(wanted, type), count(running, type)];
    if (quota === undefined || used + more <= quota) continue;
    throw new AwsError(
      "ResourceLimitExceeded",
      `The account-level service limit '${type} for ${
        use.replace("-", " ")
      } usage' is ${quota} Instances, with ` +
        `current utilization of ${used} Instances and a request delta of ${more} Instances. Please use AWS Service ` +
        `Quotas to request an increase for this quota. If AWS Service Quotas is not available, contact AWS support to ` +
        `request an increase for this quota.`,
    );
  }
}
