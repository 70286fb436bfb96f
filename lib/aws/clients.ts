/** The AWS clients of the target: the local AWS, which is started if it is not running, or the real one. */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { bucketNameOf, type Names, namesOf } from "../names.ts";
import { readSettings, type Settings } from "../settings.ts";
import { expectOwner } from "./bucket_owner.ts";
import { ensureLocalAws } from "./local_aws.ts";
import { explainUnreachable, UnreachableError } from "./unreachable.ts";

export interface Aws {
  readonly settings: Settings;
  readonly target: Settings["target"];
  readonly region: string;
  readonly account: string;
  /** The ARN of whoever is calling; resources are tagged with it. */
  readonly caller: string;
  /** Tells deployments of one account and region apart; absent for the one without a name. */
  readonly stage?: string;
  /** What the resources of this deployment are called. */
  readonly names: Names;
  /** Where the clients connect, unless it is AWS's own endpoint. */
  readonly endpoint?: string;
  /** The bucket of pictures, models and captures. */
  readonly bucket: string;
  /** Seconds between two polls: shorter on the local AWS, which is faster and has no request limits. */
  readonly pollSeconds: number;
  readonly s3: S3Client;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly lambda: LambdaClient;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly logs: CloudWatchLogsClient;
  readonly cloudwatch: CloudWatchClient;
  readonly sns: SNSClient;
  readonly quotas: ServiceQuotasClient;
  /** Closes the connections, so that the program can exit. */
  close(): void;
}

/**
 * Connects to the target that the settings name.
 * @throws Error when the local AWS cannot be started, or AWS does not accept the credentials.
 */
export async function connect(settings: Settings = readSettings()): Promise<Aws> {
  const local = settings.target === "local";
  const region = await regionOf(settings);
  const endpoint = settings.endpointUrl ?? (local ? (await ensureLocalAws(settings)).endpoint : undefined);
  const config = {
    region,
    ...(endpoint ? { endpoint } : {}),
    // The local AWS treats any key as the administrator's; real keys are never sent to it.
    ...(local ? { credentials: { accessKeyId: "local", secretAccessKey: "local" } } : {}),
    ...(!local && settings.profile ? { profile: settings.profile } : {}),
  };
  const clients = {
    s3: new S3Client(config),
    sagemaker: new SageMakerClient(config),
    // A model may take 60 s to answer.
    runtime: new SageMakerRuntimeClient({ ...config, requestHandler: { requestTimeout: 70_000 } }),
    lambda: new LambdaClient(config),
    // TestState's host begins with "sync-", which an address does not have.
    sfn: new SFNClient({ ...config, ...endpoint ? { disableHostPrefix: true } : {} }),
    sqs: new SQSClient(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
    logs: new CloudWatchLogsClient(config),
    cloudwatch: new CloudWatchClient(config),
    sns: new SNSClient(config),
    quotas: new ServiceQuotasClient(config),
  };
  for (const client of endpoint ? Object.values(clients) : []) {
    explainUnreachable(client, endpoint!, settings);
  }
  const close = () => Object.values(clients).forEach((client) => client.destroy());
  let account: string;
  let caller: string;
  try {
    const identity = await clients.sts.send(new GetCallerIdentityCommand({}));
    account = identity.Account!;
    caller = identity.Arn!;
  } catch (cause) {
    close();
    if (cause instanceof UnreachableError) throw cause;
    const reason = cause instanceof Error ? cause.message : cause;
    throw new Error(
      `Cannot reach ${local ? "the local AWS" : "AWS"}${endpoint ? ` at ${endpoint}` : ""}: ${reason}. ` +
        (local ? "" : credentialsAdvice(settings)),
      { cause },
    );
  }
  expectOwner(clients.s3, account);
  return {
    ...clients,
    settings,
    target: settings.target,
    region,
    account,
    caller,
    stage: settings.stage,
    names: namesOf({ region, stage: settings.stage }),
    endpoint,
    bucket: settings.bucket ?? bucketNameOf({ account, region, stage: settings.stage }),
    pollSeconds: local ? 0.5 : 10,
    close,
  };
}

/**
 * The region, found as all AWS tools find it: the variables, then the profile's in `~/.aws/config`.
 * @throws Error that says how to set it, when none is set on AWS
 */
export async function regionOf({ region, profile }: Pick<Settings, "region" | "profile">): Promise<string> {
  if (region) return region;
  // The SDK's own search, in the file that AWS_CONFIG_FILE names.
  const probe = new STSClient(profile ? { profile } : {});
  try {
    return await probe.config.region();
  } catch (cause) {
    throw new Error(
      `No AWS region is set. Set AWS_REGION, for example to us-east-1, or give the profile ${
        profile ?? "default"
      } a region: aws configure set region us-east-1${profile ? ` --profile ${profile}` : ""}`,
      { cause },
    );
  } finally {
    probe.destroy();
  }
}

/** The beginning of an AWS CLI command for this target, so that a pasted command does not reach another one. */
export function awsCli({ target, region, endpoint }: Pick<Aws, "target" | "region" | "endpoint">): string {
  const keys = target === "local" ? "AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local " : "";
  return `${keys}aws ${endpoint ? `--endpoint-url ${endpoint} ` : ""}--region ${region}`;
}

/** The SDK's errors do not name the profile: if it does not exist, the SDK tries other sources of keys. */
function credentialsAdvice({ profile }: Settings): string {
  const otherwise = "or use SCONES_TARGET=local.";
  return profile
    ? `AWS_PROFILE is "${profile}": does that profile exist (aws configure list-profiles), and are its keys or ` +
      `login still valid (aws sts get-caller-identity --profile ${profile})? Set AWS_PROFILE to a valid profile, ` +
      otherwise
    : `Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (check with aws sts get-caller-identity), ${otherwise}`;
}
