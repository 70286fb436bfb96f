/** Opens the console in the browser, and serves it until Ctrl-C. */
import type { Aws } from "../aws/clients.ts";
import { type RunningConsole, startConsole } from "../console/server.ts";
import { variablesHelp } from "../variables.ts";
import { openPage, wantsPage } from "./open_page.ts";
import { CONNECTION, runTask } from "./task.ts";

const HELP = `deno task console [--open | --no-open]

Serves the console at 127.0.0.1 until Ctrl-C: orders and their executions as they run, the workflow, the models. On a
terminal with a desktop it opens in the browser; --open and --no-open decide otherwise. Its link admits one browser; Enter
prints another link.

${variablesHelp(["consolePort", "target", "bucket", ...CONNECTION])}`;

const FLAGS = ["--open", "--no-open"];

await runTask(HELP, serve, FLAGS, { endsByInterrupt: true });
Deno.exit(); // the terminal is still being read

async function serve(aws: Aws, signal: AbortSignal): Promise<void> {
  const served = await startConsole(aws, aws.settings.consolePort);
  const link = served.newLink();
  console.log(
    `\nConsole: ${link}\n\nThe link admits one browser. Enter prints another, Ctrl-C stops the console.`,
  );
  const asked = Deno.args.find((argument) => FLAGS.includes(argument));
  const isTerminal = Deno.stdout.isTerminal();
  const environment = Deno.env.toObject();
  if (wantsPage(asked, { isTerminal, os: Deno.build.os, environment })) await openPage(link);
  void printLinks(served);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await served.close();
}

/** Prints a new link whenever Enter is pressed. */
async function printLinks(served: RunningConsole): Promise<void> {
  for await (const _ of Deno.stdin.readable) console.log(`Console: ${served.newLink()}`);
}
