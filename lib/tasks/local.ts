/** Runs the local AWS in the foreground until Ctrl-C; `stop` stops one that runs in the background. */
import { checked, findLocalAws, runLocalAws, stopLocalAws } from "../aws/local_aws.ts";
import { readSettings } from "../settings.ts";
import { variablesHelp } from "../variables.ts";
import { runProgram } from "./task.ts";

const OPTIONS = ["--require-signatures", "--strict"];

const HELP =
  `deno task local        runs the local AWS in the foreground until Ctrl-C; if it is already running, prints its endpoint
deno task local stop   stops the local AWS of this state directory, however it was started

Options:
  --require-signatures   takes requests as AWS does: unsigned ones are anonymous, unknown keys are refused, and the
                         administrator signs with the key pair local/local, as notebooks and tasks do. Without it every
                         request that no role has signed is the administrator's.
  --strict               late, limited and shared as AWS is for a new account: roles take seconds to propagate, quotas of
                         instances are 0 until SCONES_QUOTAS raises them, requests are throttled, updates of state
                         machines and captures come late. The values with their sources are in lib/local/strict.ts.

AWS's clients add "sync-" to the host name for StartSyncExecution and TestState, which fails for 127.0.0.1. Set
AWS_DISABLE_HOST_PREFIX_INJECTION=true (AWS CLI, boto3) or disableHostPrefix: true (JavaScript).

${variablesHelp(["port", "stateDir", "strict", "quotas", "region", "debug"])}`;

await runProgram(
  HELP,
  async () => {
    const settings = readSettings();
    if (Deno.args[0] === "stop") {
      console.log(await stopLocalAws(settings) ? "The local AWS has stopped." : "No local AWS was running.");
      return;
    }
    const unknown = Deno.args.find((argument) => !OPTIONS.includes(argument));
    if (unknown) throw new Error(`Unknown argument ${unknown}.\n\n${HELP}`);
    const requireSignatures = Deno.args.includes("--require-signatures");
    const where = {
      ...settings,
      requireSignatures,
      strict: settings.strict || Deno.args.includes("--strict"),
    };
    const { region = "us-east-1", stateDir } = settings;
    const explain = (endpoint: string, end: string) =>
      // Both region variables: version 1 of the AWS CLI and boto3 read only the second.
      console.log(`
Point the AWS CLI at it:

  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  aws s3 ls

${end} stops it; its data stays in ${stateDir}.`);
    const running = await findLocalAws(settings);
    if (running) {
      checked(running, where);
      // Not an error: there is a local AWS, as asked for.
      console.log(`The local AWS is already running: process ${running.pid}, ${running.endpoint}`);
      return explain(running.endpoint, '"deno task local stop"');
    }
    await runLocalAws(where, ({ endpoint }) => explain(endpoint, "Ctrl-C"));
  },
  1,
  undefined,
  OPTIONS,
);
