/** What the command-line tasks share: a connection, help, and errors without a stack where the message says it all. */
import { type Aws, connect } from "../aws.ts";
import { InterruptedError } from "../notebook/interrupt.ts";
import { stopBundler } from "../workflow/bundle.ts";

/** Runs a task on the target; prints `help` for --help, exits with status 1 when it fails. */
export async function runTask(help: string, work: (aws: Aws) => Promise<void>): Promise<void> {
  await runProgram(help, async () => {
    const aws = await connect();
    console.log(`Target ${aws.target}, region ${aws.region}`);
    try {
      await work(aws);
    } finally {
      aws.close();
      await stopBundler();
    }
  });
}

/** Runs a program that needs no connection; the same help and exit status. */
export async function runProgram(help: string, work: () => Promise<void>): Promise<void> {
  if (Deno.args.includes("--help") || Deno.args.includes("-h")) return console.log(help);
  try {
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
  console.log(`  ${kind.padEnd(14)} ${name.padEnd(40)} ${state}`);
}
