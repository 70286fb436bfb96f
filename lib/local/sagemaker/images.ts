/** Which container images and instance types there are: what AWS would refuse is refused here. */
import registries from "../../registries.json" with { type: "json" };
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

/**
 * Checks an instance type and the account's quota for it.
 * @param quotas instances by `<type> for <usage>`; absent means enough
 * @throws AwsError ResourceLimitExceeded for retired types and exceeded quotas, ValidationException for unknown ones.
 */
export function checkInstanceType(
  use: "training-job" | "endpoint",
  type: string,
  count: number,
  quotas: Readonly<Record<string, number>>,
): void {
  if (RETIRED.test(type)) {
    throw new AwsError(
      "ResourceLimitExceeded",
      `The requested resource ${use}/${type} is not available in this region`,
    );
  }
  if (!/^ml\.[a-z0-9-]+\.[a-z0-9]+$/.test(type)) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${type}' at 'instanceType' failed to satisfy constraint: ` +
        `Member must satisfy enum value set: [ml.g4dn.xlarge, ml.g5.xlarge, ml.m5.xlarge, …]`,
    );
  }
  if (!(use === "training-job" ? TRAINING : HOSTING).test(type)) {
    throw new AwsError(
      "ValidationException",
      use === "training-job"
        ? `The image-classification algorithm trains on GPU instances (ml.g4dn.*, ml.g5.*), not on ${type}.`
        : `The local AWS does not know the instance type ${type} for endpoints; use ml.m5.xlarge, for example.`,
    );
  }
  const usage = `${type} for ${use} usage`;
  const quota = quotas[usage];
  if (quota !== undefined && count > quota) {
    throw new AwsError(
      "ResourceLimitExceeded",
      `The account-level service limit '${
        usage.replace("training-job", "training job")
      }' is ${quota} Instances, with ` +
        `current utilization of 0 Instances and a request delta of ${count} Instances. Please use AWS Service Quotas to ` +
        `request an increase for this quota. If AWS Service Quotas is not available, contact AWS support to request an ` +
        `increase for this quota.`,
    );
  }
}
