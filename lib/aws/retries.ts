/** Trying again while AWS is not ready yet. */
import { GetRoleCommand } from "@aws-sdk/client-iam";
import type { Aws } from "./clients.ts";
import { sleep } from "./waiting.ts";

export interface RetryOptions {
  timeoutSeconds?: number;
  signal?: AbortSignal;
  /** What is waited for, in the message. */
  waitingFor?: string;
  /** Called once, after `noticeSeconds` of trying, with what is waited for and the latest error. Default: printed. */
  onWait?(message: string): void;
  /** Default 10. */
  noticeSeconds?: number;
}

/**
 * Does `work`, and repeats it with growing pauses while its error is a temporary one.
 * @param passes whether an error is temporary: a role that has not reached a service yet, a resource that is being changed
 * @throws the first other error, or the temporary one when the time is up; the signal's reason before the next attempt
 */
export async function retryWhile<T>(
  passes: (error: Error) => boolean | Promise<boolean>,
  work: () => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const { timeoutSeconds = 300, signal, waitingFor, onWait = console.log, noticeSeconds = 10 } = options;
  const start = Date.now();
  const passed = (seconds: number) => Date.now() - start > seconds * 1000;
  let told = waitingFor === undefined;
  for (let pause = 0.2;; pause = Math.min(pause * 1.6, 10)) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Error) || !await passes(error) || passed(timeoutSeconds)) throw error;
      if (!told && passed(noticeSeconds)) {
        told = true;
        onWait(`Waiting for ${waitingFor}, for up to ${timeoutSeconds} s (${error.message})`);
      }
    }
    await sleep(pause, signal);
  }
}

/** How long IAM may take until a new role, or a changed policy, has reached the other services. Most take some seconds. */
const PROPAGATION_SECONDS = 300;

/** When this process created or changed a role, by its ARN. */
const changes = new Map<string, number>();

/** Remembers that a role was created or changed: what uses it may be refused for a while. */
export function noteRoleChange(roleArn: string): void {
  changes.set(roleArn, Date.now());
}

/**
 * Does `work`, which uses a role, and repeats it while it fails as it does with a role that IAM has not told the services of
 * yet. For a role that has not been changed for 5 minutes such an error is a genuine one, and thrown at once.
 */
export async function whileRoleIsNew<T>(
  aws: Pick<Aws, "iam">,
  roleArn: string,
  work: () => Promise<T>,
  options: RetryOptions & { passes?(error: Error): boolean } = {},
): Promise<T> {
  let isNew: boolean | undefined;
  return await retryWhile(
    async (error) =>
      options.passes?.(error) ||
      mayBePropagation(error) && (isNew ??= await changedLately(aws, roleArn)),
    work,
    {
      timeoutSeconds: PROPAGATION_SECONDS,
      waitingFor: `the role ${roleArn} to reach the service`,
      ...options,
    },
  );
}

/** Whether an error can be due to a new role. The same texts are genuine errors with an old one. */
function mayBePropagation({ message }: Error): boolean {
  return /cannot be assumed by Lambda|Neither the global service principal|Could not assume role|Could not access model data|no identity-based policy allows the s3:ListBucket action|No S3 objects found under S3 URL|KMS key is invalid for CreateGrant|does not have BatchGetImage permission|proper pull permissions for SageMaker/
    .test(message);
}

async function changedLately({ iam }: Pick<Aws, "iam">, roleArn: string): Promise<boolean> {
  const isLate = (time: number) => Date.now() - time < PROPAGATION_SECONDS * 1000;
  const changed = changes.get(roleArn);
  if (changed !== undefined && isLate(changed)) return true;
  const created = await roleCreated({ iam }, roleArn);
  return created !== undefined && isLate(created);
}

/**
 * When a role was created, in milliseconds since the epoch; undefined for one of another account, or one that the caller
 * may not look at.
 */
export async function roleCreated({ iam }: Pick<Aws, "iam">, roleArn: string): Promise<number | undefined> {
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleArn.split("/").at(-1)! }));
    return Role!.CreateDate!.getTime();
  } catch {
    return undefined;
  }
}
