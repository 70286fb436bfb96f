/** What the command-line tasks share: connecting, `--help`, and errors as plain messages (SCONES_DEBUG=1 adds the stack). */
import { type Aws, connect } from "../aws/clients.ts";
import { findLocalAws } from "../aws/local_aws.ts";
import { InterruptedError, interruptible } from "../notebook/interrupt.ts";
import { readSettings } from "../settings.ts";
import { costReminderAtEnd } from "../training/costs.ts";
import type { VARIABLES } from "../variables.ts";
import { stopBundler } from "../workflow/bundle.ts";

/** The variables that decide where a task connects. */
export const CONNECTION: (keyof typeof VARIABLES)[] = [
  "stage",
  "stateDir",
  "port",
  "region",
  "profile",
  "endpointUrl",
];

/**
 * Runs a task on the target; prints `help` for --help, exits with status 1 when it fails. Before anything is changed it prints
 * account, region and stage; at the end, however it ends, what runs on AWS and costs money.
 * @param takes the arguments that the task knows
 * @param options.endsByInterrupt Ctrl-C is the normal end of the work, which listens to its signal
 */
export async function runTask(
  help: string,
  work: (aws: Aws, signal: AbortSignal) => Promise<void>,
  takes: readonly string[] = [],
  { endsByInterrupt = false } = {},
): Promise<void> {
  let aws: Aws | undefined;
  await runProgram(
    help,
    async () => {
      const settings = readSettings();
      const runsLocally = settings.target === "local" && !settings.endpointUrl;
      const wasRunning = runsLocally && await findLocalAws(settings) !== undefined;
      const connected = aws = await connect(settings);
      console.log(describeTarget(connected));
      if (runsLocally && !wasRunning) {
        console.log(
          'Started the local AWS; it stops after 60 minutes without a request, or with "deno task local stop"',
        );
      }
      await interruptible((signal) =>
        endsByInterrupt ? work(connected, signal) : untilInterrupted(work(connected, signal), signal)
      );
    },
    takes,
    async () => {
      const reminder = aws && await costReminderAtEnd(aws);
      if (reminder) console.log(`\n${reminder}`);
      aws?.close();
      await stopBundler();
    },
  );
}

/** `Target aws, account 123456789012, region eu-west-1, stage dev`. */
export function describeTarget({ target, account, region, stage }: Aws): string {
  return `Target ${target}, account ${account}, region ${region}, ${stage ? `stage ${stage}` : "no stage"}`;
}

/** Ends with the work, or with the signal's reason: a task has nothing to undo, and reports what it leaves. */
async function untilInterrupted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const interrupted = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
  await Promise.race([work, interrupted]);
}

/**
 * Runs a program that needs no connection, with the same help and exit status.
 * @param takes how many arguments it takes, Infinity for any, or which ones; others are errors, since ignoring an argument
 *   such as --dry-run could do harm
 * @param atEnd called at the end, also after an error has been printed
 * @param options the arguments with a hyphen that it takes beside those
 */
export async function runProgram(
  help: string,
  work: () => Promise<void>,
  takes: number | readonly string[] = 0,
  atEnd?: () => Promise<void>,
  options: readonly string[] = [],
): Promise<void> {
  if (Deno.args.includes("--help") || Deno.args.includes("-h")) return console.log(help);
  let status = 0;
  try {
    const refused = (argument: string, index: number) =>
      typeof takes === "number" ? index >= takes || argument.startsWith("-") : !takes.includes(argument);
    const counted = Deno.args.filter((argument) => !options.includes(argument));
    const unknown = takes === Infinity ? undefined : counted.find(refused);
    if (unknown) throw new Error(`Unknown argument ${unknown}.\n\n${help}`);
    await work();
  } catch (error) {
    console.error(
      Deno.env.get("SCONES_DEBUG") ? error : `Error: ${error instanceof Error ? error.message : error}`,
    );
    // 130 is what shells give for a program that Ctrl-C ended.
    status = error instanceof InterruptedError ? 130 : 1;
  }
  await atEnd?.();
  if (status !== 0) Deno.exit(status);
}

/** One line of a task's report. */
export function printResource({ kind, name, state }: { kind: string; name: string; state: string }): void {
  console.log(`  ${kind.padEnd(22)} ${name.padEnd(52)} ${state}`);
}
