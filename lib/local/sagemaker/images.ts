/** The check of container images. */
import registries from "../../aws/registries.json" with { type: "json" };
import type { Core } from "../core.ts";
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
