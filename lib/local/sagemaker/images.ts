/** Container images: which there are, and who may pull them. */
import registries from "../../aws/registries.json" with { type: "json" };
import type { Core } from "../core.ts";
import type { Principal } from "../operation.ts";
import { invalid } from "./errors.ts";

const ACCOUNTS: Readonly<Record<string, string>> = registries["image-classification"];

/**
 * Checks that an image is the region's built-in image-classification algorithm, the only one that runs locally.
 * @throws AwsError ValidationException for another image, registry account or region
 */
export function checkImage(core: Core, image: string): void {
  const parts = image.match(
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)(?::(.+))?$/,
  );
  const expected = `${ACCOUNTS[core.region]}.dkr.ecr.${core.region}.amazonaws.com/image-classification:1`;
  if (!parts) throw invalid(`Invalid image URI ${image}. Use ${expected}.`);
  const [, account, region, repository, tag = "latest"] = parts;
  if (repository !== "image-classification") {
    throw invalid(
      `The local AWS runs the built-in image-classification algorithm only, not the image ${image}. Use ${expected}.`,
    );
  }
  if (region !== core.region || account !== ACCOUNTS[core.region] || !["1", "latest"].includes(tag)) {
    throw invalid(
      `Requested image ${image} not found. The algorithm's image of ${core.region} is ${expected}.`,
    );
  }
}

/** What pulling an image takes (AWS, "CreateTrainingJob API: Execution Role Permissions"). */
const PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"] as const;
const LOG_IN = "ecr:GetAuthorizationToken";

/**
 * Checks that a training job's role may pull its image.
 * @throws AwsError ValidationException in AWS's wording (wpilibsuite/DetectCoral#37 has it)
 */
export function checkPull(core: Core, principal: Principal, role: string, image: string): void {
  const missing = missingPermission(core, principal);
  if (missing === undefined) return;
  throw invalid(
    `Access denied for repository: image-classification in registry ID: ${
      image.slice(0, 12)
    }. Please check if your ` +
      `ECR repository and image exist and role ${role} has proper pull permissions for SageMaker: ` +
      (missing === LOG_IN ? LOG_IN : PULL.join(", ")),
  );
}

/**
 * Checks that a model's role may pull its image: only when an endpoint is made, and the message is its FailureReason
 * (aws/deep-learning-containers#759 has it).
 * @throws Error
 */
export function checkHostingPull(core: Core, principal: Principal, role: string, image: string): void {
  const missing = missingPermission(core, principal);
  if (missing === undefined) return;
  const name = missing.slice("ecr:".length);
  throw new Error(`The role '${role}' does not have ${name} permission for the image: '${image}'.`);
}

/** The first permission for pulling the region's image that the principal does not have. */
function missingPermission({ iam, region }: Core, principal: Principal): string | undefined {
  const repository = `arn:aws:ecr:${region}:${ACCOUNTS[region]}:repository/image-classification`;
  const isDenied = (action: string, resource: string) =>
    iam.decide(principal, { action, resource }, region) !== undefined;
  if (isDenied(LOG_IN, "*")) return LOG_IN;
  return PULL.find((action) => isDenied(action, repository));
}
