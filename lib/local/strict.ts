/**
 * The strict profile (`deno task local --strict`): where AWS is late, limited or shared, the local AWS is too. Every value is
 * here, with where it is from. Quotas of a new account are in quotas.ts.
 */

/** A token bucket (AWS, "API action throttling quotas"): so many requests at once, so many more each second. */
export interface Rate {
  readonly size: number;
  readonly refill: number;
}

export interface Strict {
  /** IAM's user guide, "Troubleshoot IAM": changes are not immediately visible. Reports speak of 5 to 10 seconds. */
  readonly rolePropagationSeconds: number;
  /** UpdateStateMachine, API reference: executions started within a few seconds may use the previous definition. */
  readonly machineUpdateSeconds: number;
  /** SageMaker's guide, "Data capture": captures are written in batches; reports speak of one to several minutes. */
  readonly captureSeconds: number;
  /** Lambda's guide, "Lambda function states": Pending and InProgress last seconds. */
  readonly functionSeconds: number;
  /** An endpoint is Creating or Updating for three to five minutes on AWS; long enough here that nobody gets by without waiting. */
  readonly endpointSeconds: number;
  /** S3's user guide: bucket names are shared by all accounts. These are taken, as their plain words are on AWS. */
  readonly takenBuckets: readonly string[];
  /** By service and operation; operations that are not here have no limit here. */
  readonly rates: Readonly<Record<string, Readonly<Record<string, Rate>>>>;
}

/** The regions to which Step Functions gives higher quotas. */
const LARGE_REGIONS = ["us-east-1", "us-west-2", "eu-west-1"];

/** @param region Step Functions' quotas differ */
export function strictProfile(region: string): Strict {
  const large = LARGE_REGIONS.includes(region);
  return {
    rolePropagationSeconds: 6,
    machineUpdateSeconds: 4,
    captureSeconds: 60,
    functionSeconds: 3,
    endpointSeconds: 15,
    takenBuckets: [
      "bucket",
      "data",
      "images",
      "models",
      "my-bucket",
      "pictures",
      "scones",
      "scones-unlimited",
      "test",
    ],
    rates: {
      // Step Functions' guide, "Service quotas", quotas related to API action throttling.
      states: {
        StartExecution: large ? { size: 1300, refill: 300 } : { size: 800, refill: 150 },
        DescribeExecution: large ? { size: 300, refill: 15 } : { size: 250, refill: 10 },
        ListExecutions: large ? { size: 200, refill: 5 } : { size: 100, refill: 2 },
        GetExecutionHistory: { size: 400, refill: 20 },
        CreateStateMachine: { size: 100, refill: 1 },
        UpdateStateMachine: { size: 100, refill: 1 },
      },
      // Lambda's guide, "Lambda quotas": API requests. The rest of the control plane shares 15 a second; each has them here.
      lambda: {
        GetFunction: { size: 100, refill: 100 },
        GetPolicy: { size: 15, refill: 15 },
        ...Object.fromEntries(
          [
            ...["CreateFunction", "DeleteFunction", "GetFunctionConfiguration", "ListFunctions", "ListTags"],
            ...["TagResource", "UpdateFunctionCode", "UpdateFunctionConfiguration"],
          ].map((name) => [name, { size: 15, refill: 15 }]),
        ),
      },
      // CloudWatch Logs' guide, "CloudWatch Logs quotas": transactions per second.
      logs: {
        DescribeLogGroups: { size: 10, refill: 10 },
        DescribeLogStreams: { size: 25, refill: 25 },
        GetLogEvents: { size: 25, refill: 25 },
      },
      // CloudWatch's guide, "CloudWatch service quotas".
      monitoring: {
        PutMetricAlarm: { size: 3, refill: 3 },
        DescribeAlarms: { size: 9, refill: 9 },
        GetMetricStatistics: { size: 400, refill: 400 },
      },
    },
  };
}
