/** Makes execution environments: the process's permissions, variables, credentials and folders. */
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

/** What a command may be made of. */
export interface Worker {
  readonly version: Version;
  readonly taskRoot: string;
  readonly tmp: string;
  /** The function's own and Lambda's. */
  readonly env: Readonly<Record<string, string>>;
  /** Paths below the task root that the function may not read. */
  readonly unreadable: readonly string[];
  /** Host and port of everything that the function may connect to. */
  readonly reachable: readonly string[];
  /** Where a runtime may keep caches. */
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
        reachable: [new URL(core.endpoint()).host, runtimeApi],
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
    // A function may set these.
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
    PATH: "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    AWS_ENDPOINT_URL: core.endpoint(),
    ...version.Environment?.Variables,
    // And these it may not.
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
    TMPDIR: at.tmp,
  };
}

/**
 * Runs the function under Deno: it reaches the gateway and its Runtime API, reads its code, reads and writes its
 * own folder for temporary files, and nothing else. Paths are relative, as Deno's lists of paths have no way to
 * write a comma.
 */
export function denoCommand(worker: Worker): Command {
  const { version, taskRoot, unreadable, reachable } = worker;
  const tmp = relative(taskRoot, worker.tmp);
  // The shares that AWS's own runtime gives V8.
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
      // As under Node.js, a `.js` file is CommonJS when nothing says otherwise.
      "--unstable-detect-cjs",
      // All of it is Lambda's and the function's own.
      "--allow-env",
      `--allow-net=${reachable.join(",")}`,
      `--allow-read=.,${tmp}`,
      ...(unreadable.length > 0 ? [`--deny-read=${unreadable.join(",")}`] : []),
      `--allow-write=${tmp}`,
      // What AWS's SDK asks for its user agent and for the place of shared configuration files.
      "--allow-sys=osRelease,uid,homedir",
      `--v8-flags=--max-old-space-size=${oldSpace},--max-semi-space-size=${semiSpace}`,
      fileURLToPath(new URL("./bootstrap.ts", import.meta.url)),
    ],
    cwd: taskRoot,
    env: { ...worker.env, DENO_DIR: worker.cacheDir },
  };
}
