/** Starts execution environments: their permissions, variables, credentials and folders. */
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { AwsError } from "../errors.ts";
import type { Core, Credentials } from "../core.ts";
import type { CodeStore } from "./code_store.ts";
import { Environment, type EnvironmentOptions } from "./environment.ts";
import { assumer } from "./execution_role.ts";
import type { Version } from "./function_version.ts";
import { Log } from "./log.ts";
import type { Command } from "./runtime_process.ts";

/** What is known of a function's process to make its command. */
export interface Worker {
  readonly version: Version;
  readonly taskRoot: string;
  readonly tmp: string;
  /** The function's variables and Lambda's. */
  readonly env: Readonly<Record<string, string>>;
  /** Paths below the task root that the function may not read. */
  readonly unreadable: readonly string[];
  /** `host:port` of everything that the function may connect to. */
  readonly reachable: readonly string[];
  /** A folder for the runtime's caches. */
  readonly cacheDir: string;
}

/**
 * Starts an environment of a version.
 * @throws AwsError AccessDeniedException when Lambda may not assume the function's role
 */
export function launch(
  core: Core,
  code: CodeStore,
  version: Version,
  commandOf: (worker: Worker) => Command,
  events: Pick<EnvironmentOptions, "onStart" | "onIdle" | "onEnd">,
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
  const session = iam.assumeRole(version.Role, by, version.FunctionName);
  const log = new Log(core, session.principal, version);
  const folder = join(core.stateDir, "lambda");
  const tmp = join(folder, "tmp", crypto.randomUUID());
  const taskRoot = code.taskRoot(version.CodeSha256);
  return new Environment({
    version,
    log,
    tmp,
    expires: session.credentials.Expiration,
    command: (runtimeApi) =>
      commandOf({
        version,
        taskRoot,
        tmp,
        env: variables(core, version, {
          session: session.credentials,
          stream: log.stream,
          taskRoot,
          tmp,
          runtimeApi,
        }),
        unreadable: code.unreadable(version.CodeSha256),
        reachable: [new URL(core.functionEndpoint()).host, runtimeApi],
        cacheDir: join(folder, "deno"),
      }),
    ...events,
  });
}

function variables(
  core: Core,
  version: Version,
  at: { session: Credentials; stream: string; taskRoot: string; tmp: string; runtimeApi: string },
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
    // For bootstrap_connections.ts; the function does not see it.
    _LOCAL_AWS_PORTS: [core.endpoint(), core.functionEndpoint()].map((url) => new URL(url).port).join(":"),
    TMPDIR: at.tmp,
  };
}

/**
 * Runs the function under Deno. It may connect to the local AWS and its Runtime API, read its code, and read and write
 * its `/tmp` folder, nothing else. Paths are relative, because Deno's lists of paths cannot escape commas.
 */
export function denoCommand(worker: Worker): Command {
  const { version, taskRoot, unreadable, reachable } = worker;
  const tmp = relative(taskRoot, worker.tmp);
  // The shares of the memory that AWS's runtime gives V8.
  const oldSpace = Math.floor(version.MemorySize * 0.9);
  const semiSpace = Math.max(1, Math.floor(version.MemorySize * 0.05));
  return {
    program: Deno.execPath(),
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      "--no-remote",
      "--deny-import",
      "--node-modules-dir=manual",
      // As under Node.js, a `.js` file is CommonJS by default.
      "--unstable-detect-cjs",
      // Safe: no variable is inherited from this process.
      "--allow-env",
      `--allow-net=${reachable.join(",")}`,
      `--allow-read=.,${tmp}`,
      ...(unreadable.length > 0 ? [`--deny-read=${unreadable.join(",")}`] : []),
      `--allow-write=${tmp}`,
      // The AWS SDK needs these for its user agent and to find shared configuration files.
      "--allow-sys=osRelease,uid,homedir",
      `--v8-flags=--max-old-space-size=${oldSpace},--max-semi-space-size=${semiSpace}`,
      fileURLToPath(new URL("./bootstrap.ts", import.meta.url)),
    ],
    cwd: taskRoot,
    env: { ...worker.env, DENO_DIR: worker.cacheDir },
  };
}
