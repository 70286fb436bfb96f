/** The container images of SageMaker's built-in algorithms. */
import registries from "./registries.json" with { type: "json" };

const ACCOUNTS: Readonly<Record<string, Readonly<Record<string, string>>>> = registries;

/** Domains of the registries outside amazonaws.com, by the prefix of the region. */
const DOMAINS: readonly [prefix: string, domain: string][] = [
  ["cn-", "amazonaws.com.cn"],
  ["us-iso-", "c2s.ic.gov"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["us-isof-", "csp.hci.ic.gov"],
];

/**
 * The image URI of a built-in algorithm in a region, as `sagemaker.image_uris.retrieve` gives it.
 * @throws RangeError for an algorithm or region that has none.
 */
export function retrieveImageUri(algorithm: string, region: string): string {
  const accounts = ACCOUNTS[algorithm];
  if (!accounts) {
    throw new RangeError(
      `Unknown built-in algorithm "${algorithm}". Known: ${Object.keys(ACCOUNTS).join(", ")}.`,
    );
  }
  const account = accounts[region];
  if (!account) {
    throw new RangeError(
      `${algorithm} is not available in region "${region}". It is available in ${
        Object.keys(accounts).join(", ")
      }.`,
    );
  }
  const domain = DOMAINS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "amazonaws.com";
  return `${account}.dkr.ecr.${region}.${domain}/${algorithm}:1`;
}
