/** What the command-line tasks share: connecting, `--help`, and errors as plain messages (SCONES_DEBUG=1 adds the stack). */
import { type Aws, connect } from "../aws/clients.ts";
import { findLocalAws } from "../aws/local_aws.ts";
import { InterruptedError } from "../notebook/interrupt.ts";
import { readSettings } from "../settings.ts";
import type { VARIABLES } from "../variables.ts";
import { stopBundler } from "../workflow/bundle.ts";

/** The variables that decide where a task connects. */
export const CONNECTION: (keyof typeof VARIABLES)[] = [
  "stateDir",
  "port",
  "region",
  "profile",
  "endpointUrl",
];

/** Runs a task on the target; prints `help` for --help, exits with status 1 when it fails. */
export async function runTask(help: string, work: (aws: Aws) => Promise<void>): Promise<void> {
  await runProgram(help, async () => {
    const settings = readSettings();
    const runsLocally = settings.target === "local" && !settings.endpointUrl;
    const wasRunning = runsLocally && await findLocalAws(settings) !== undefined;
    const aws = await connect(settings);
    console.log(`Target ${aws.target}, region ${aws.region}`);
    if (runsLocally && !wasRunning) {
      console.log(
        'Started the local AWS; it stops after 60 minutes without a request, or with "deno task local stop"',
      );
    }
    try {
      await work(aws);
    } finally {
      aws.close();
      await stopBundler();
    }
  });
}

/**
 * Runs a program that needs no connection, with the same help and exit status.
 * @param takes how many arguments it takes, Infinity for any; others are errors, since ignoring an argument such as
 *   --dry-run could do harm
 * @param options the arguments with a hyphen that it takes
 */
export async function runProgram(
  help: string,
  work: () => Promise<void>,
  takes = 0,
  options: readonly string[] = [],
): Promise<void> {
  if (Deno.args.includes("--help") || Deno.args.includes("-h")) return console.log(help);
  try {
    const refused = (argument: string, index: number) => index >= takes || argument.startsWith("-");
    const counted = Deno.args.filter((argument) => !options.includes(argument));
    const unknown = takes === Infinity ? undefined : counted.find(refused);
    if (unknown) throw new Error(`Unknown argument ${unknown}.\n\n${help}`);
    await work();
  } catch (error) {
    console.error(
      Deno.env.get("SCONES_DEBUG") ? error : `Error: ${error instanceof Error ? error.message : error}`,
    );
    // 130 is what shells give for a program that Ctrl-C ended.
    Deno.exit(error instanceof InterruptedError ? 130 : 1);
  }
}

/** One line of a task's report. */
export function printResource({ kind, name, state }: { kind: string; name: string; state: string }): void {
  console.log(`  ${kind.padEnd(14)} ${name.padEnd(52)} ${state}`);
}
