/** The local AWS in the foreground, until Ctrl-C; `stop` ends one that runs in the background. */
import { findLocalAws, runLocalAws, stopLocalAws } from "../aws/local_aws.ts";
import { readSettings } from "../settings.ts";
import { runProgram } from "./task.ts";

const HELP =
  `deno task local        the local AWS in the foreground, until Ctrl-C; one that runs already is only shown
deno task local stop   ends the local AWS of this state directory, however it was started

SCONES_PORT (default 4566, 0 picks one) and SCONES_STATE_DIR (default .scones) say where.

AWS's clients put "sync-" before the host when they call StartSyncExecution, and there is no host sync-127.0.0.1.
To call it, tell them not to: AWS_DISABLE_HOST_PREFIX_INJECTION=true (AWS CLI, boto3), disableHostPrefix: true
(JavaScript).`;

await runProgram(HELP, async () => {
  const settings = readSettings();
  if (Deno.args[0] === "stop") {
    console.log(await stopLocalAws(settings) ? "The local AWS has ended." : "No local AWS was running.");
    return;
  }
  if (Deno.args[0]) throw new Error(`Unknown argument ${Deno.args[0]}.\n\n${HELP}`);
  const { region, stateDir } = settings;
  const explain = (endpoint: string, end: string) =>
    // Both names of the region: version 1 of the CLI and boto3 read only the second.
    console.log(`
Point the AWS CLI at it:

  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  aws s3 ls

${end} ends it; what it has stored stays in ${stateDir}.`);
  const running = await findLocalAws(settings);
  if (running) {
    // No failure: whoever asks for a local AWS has one.
    console.log(`The local AWS runs already, as process ${running.pid} on ${running.endpoint}`);
    return explain(running.endpoint, '"deno task local stop"');
  }
  await runLocalAws(settings, ({ endpoint }) => explain(endpoint, "Ctrl-C"));
}, 1);
