import registries from "./registries.json" with { type: "json" };

const ACCOUNTS: Readonly<Record<string, Readonly<Record<string, string>>>> = registries;

/** Partitions whose registries have a domain of their own, by the beginning of their regions' names. */
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
      `No built-in algorithm "${algorithm}"; there is ${Object.keys(ACCOUNTS).join(", ")}.`,
    );
  }
  const account = accounts[region];
  if (!account) {
    throw new RangeError(
      `${algorithm} is not offered in region "${region}"; it is in ${Object.keys(accounts).join(", ")}.`,
    );
  }
  const domain = DOMAINS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "amazonaws.com";
  return `${account}.dkr.ecr.${region}.${domain}/${algorithm}:1`;
}
