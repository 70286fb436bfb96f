/** The account's quotas: what Service Quotas answers, and what the services enforce. */

export interface Quota {
  readonly ServiceCode: "lambda" | "sagemaker";
  readonly QuotaCode: string;
  readonly QuotaName: string;
  /** Of every account, as AWS documents it. */
  readonly awsDefault: number;
  /** What an account has that has never asked for more, in the strict profile. */
  readonly newAccount: number;
  /** What the account has otherwise. */
  readonly usual: number;
}

/**
 * Those that the workflow meets, under AWS's codes. New accounts have 0 instances of most types (aws-samples/
 * sagemaker-custom-project-templates, issue 51) and 10 concurrent executions (AWS, "Lambda quotas": "New AWS accounts have
 * reduced concurrency"). Without the strict profile a machine's 20 processes are the limit.
 */
export const QUOTAS: readonly Quota[] = [
  instances("L-3F53BF0F", "ml.g4dn.xlarge for training job usage", 0),
  instances("L-2F737F8D", "ml.m5.xlarge for endpoint usage", 4),
  instances("L-614B09FD", "ml.m5.large for endpoint usage", 4),
  instances("L-29C181D7", "ml.t2.medium for endpoint usage", 2),
  {
    ...instances("L-7A3DF611", "Number of instances across active endpoints", 20),
    newAccount: 20,
  },
  {
    ServiceCode: "lambda",
    QuotaCode: "L-B99A9384",
    QuotaName: "Concurrent executions",
    awsDefault: 1000,
    newAccount: 10,
    usual: 1000,
  },
];

function instances(QuotaCode: string, QuotaName: string, awsDefault: number): Quota {
  return { ServiceCode: "sagemaker", QuotaCode, QuotaName, awsDefault, newAccount: 0, usual: 20 };
}

/** The value of a quota by its name; undefined where there is no limit. */
export type QuotaValue = (name: string) => number | undefined;

/** @param set values that differ, by quota name: what was asked for and granted */
export function accountQuotas(
  { strict = false, set = {} }: { strict?: boolean; set?: Readonly<Record<string, number>> },
): QuotaValue {
  return (name) => {
    const known = QUOTAS.find(({ QuotaName }) => QuotaName === name);
    if (set[name] !== undefined) return set[name];
    if (known) return strict ? known.newAccount : known.usual;
    // Types that the table does not have.
    return strict && /^ml\..* usage$/.test(name) ? 0 : undefined;
  };
}
