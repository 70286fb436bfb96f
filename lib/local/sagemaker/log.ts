/** Writes logs of jobs and endpoints to CloudWatch Logs, with the permissions of their role. */
import type { Assumer, Core } from "../core.ts";

/** The log group of an endpoint. */
export function endpointLogGroup(endpoint: string): string {
  return `/aws/sagemaker/Endpoints/${endpoint}`;
}

/** Returns a function that appends a line to a stream. Without the permission lines are dropped, as on AWS. */
export function logWriter(
  core: Core,
  role: string,
  by: Assumer,
  group: string,
  stream: string,
): (line: string) => void {
  const { iam, logs } = core;
  const allowed = iam.isAssumable(role, by) &&
    logs.mayWrite(iam.assumeRole(role, by, "SageMaker").principal, group, stream);
  return (line) => {
    if (allowed) logs.write(group, stream, [line]);
  };
}
