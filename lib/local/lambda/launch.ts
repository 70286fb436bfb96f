/** Starts execution environments: their variables, credentials and folders. */
import { join } from "node:path";
import { AwsError } from "../errors.ts";
import type { Core, Credentials } from "../core.ts";
import type { CodeStore } from "./code_store.ts";
import { Environment, type EnvironmentOptions } from "./environment.ts";
import { assumer } from "./execution_role.ts";
import type { Version } from "./function_version.ts";
import { Log } from "./log.ts";
import type { Command } from "./runtime_process.ts";

export interface Ports {
  /** The one that users know, which functions may not connect to. */
  readonly users: number;
  /** The one for functions. */
  readonly functions: number;
}

/** What is known of a function's process to make its command. */
export interface Worker {
  readonly version: Version;
  readonly taskRoot: string;
  /** An import map of its packages, beside the task root. */
  readonly importMap: string;
  /** Whether it imports packages that only the runtime has. */
  readonly usesRuntimePackages: boolean;
  /** A folder for Deno, if it should have one: the function itself may not use it. */
  readonly cache: string | undefined;
  readonly tmp: string;
  /** The function's environment variables and Lambda's. */
  readonly variables: Readonly<Record<string, string>>;
  /** Paths below the task root that the function may not read. */
  readonly unreadable: readonly string[];
  /** `host:port` of everything that the function may connect to. */
  readonly reachable: readonly string[];
  /** The local AWS's ports. */
  readonly ports: Ports;
}

/**
 * Starts an environment of a version.
 * @throws AwsError AccessDeniedException when Lambda may not assume the function's role
 */
export function launch(
  core: Core,
  code: CodeStore,
  version: Version,
  commandOf: (worker: Worker) => Command | Promise<Command>,
  events: Pick<EnvironmentOptions, "tmpAllowance" | "onStart" | "onIdle" | "onEnd">,
): Environment {
  const { iam } = core;
  const by = assumer(core, version.FunctionName);
  if (!iam.isAssumable(version.Role, by)) {
    throw new AwsError(
      "AccessDeniedException",
      "The role defined for the function cannot be assumed by Lambda.",
      403,
    );
  }
  checkGrant(core, version);
  const session = iam.assumeRole(version.Role, by, version.FunctionName);
  const log = new Log(core, session.principal, version);
  const tmp = join(core.stateDir, "lambda", "tmp", crypto.randomUUID());
  const taskRoot = code.taskRoot(version.CodeSha256);
  return new Environment({
    version,
    log,
    tmp,
    expires: session.credentials.Expiration,
    command: async (runtimeApi) => {
      const { path: importMap, usesRuntimePackages } = await code.importMap(version.CodeSha256);
      return await commandOf({
        version,
        taskRoot,
        importMap,
        usesRuntimePackages,
        cache: await code.cache(version.CodeSha256),
        tmp,
        variables: variables(core, version, {
          session: session.credentials,
          stream: log.stream,
          taskRoot,
          runtimeApi,
        }),
        unreadable: code.unreadable(version.CodeSha256),
        reachable: [new URL(core.functionEndpoint()).host, runtimeApi],
        ports: { users: portOf(core.endpoint()), functions: portOf(core.functionEndpoint()) },
      });
    },
    ...events,
  });
}

/**
 * Environment variables are encrypted for the role of that time: one made anew under its name may not decrypt them.
 * @throws AwsError KMSAccessDeniedException
 */
function checkGrant({ iam }: Core, { Environment, Grantee, Role }: Version): void {
  const isPlain = Object.keys(Environment?.Variables ?? {}).length === 0;
  if (isPlain || Grantee === undefined || Grantee === iam.roleId(Role)) return;
  throw new AwsError(
    "KMSAccessDeniedException",
    "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the " +
      "function's KMS key settings. KMS Exception: AccessDeniedExceptionKMS Message: The ciphertext refers to a " +
      "customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
    502,
  );
}

function variables(
  core: Core,
  version: Version,
  at: { session: Credentials; stream: string; taskRoot: string; runtimeApi: string },
): Record<string, string> {
  return {
    // A function's settings may override these,
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
    PATH: "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    AWS_ENDPOINT_URL: core.functionEndpoint(),
    ...version.Environment?.Variables,
    // but not these.
    _HANDLER: version.Handler,
    AWS_REGION: core.region,
    AWS_DEFAULT_REGION: core.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${version.Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: version.FunctionName,
    AWS_LAMBDA_FUNCTION_VERSION: version.Version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: version.LoggingConfig.LogGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: at.stream,
    AWS_LAMBDA_RUNTIME_API: at.runtimeApi,
    AWS_ACCESS_KEY_ID: at.session.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: at.session.SecretAccessKey,
    AWS_SESSION_TOKEN: at.session.SessionToken,
    LAMBDA_TASK_ROOT: at.taskRoot,
    LAMBDA_RUNTIME_DIR: "/var/runtime",
  };
}

function portOf(endpoint: string): number {
  return Number(new URL(endpoint).port);
}
