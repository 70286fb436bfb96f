/** Opens the console in the browser, and serves it until Ctrl-C. */
import type { Aws } from "../aws/clients.ts";
import { startConsole } from "../console/server.ts";
import { variablesHelp } from "../variables.ts";
import { openPage, wantsPage } from "./open_page.ts";
import { CONNECTION, runTask } from "./task.ts";

const HELP = `deno task console [--open | --no-open]

Serves the console at 127.0.0.1 until Ctrl-C: orders and their executions as they run, the workflow, the models. On a
terminal with a desktop it opens in the browser; --open and --no-open decide otherwise. Its link admits one browser; Enter
prints another link.

${variablesHelp(["consolePort", "target", "bucket", ...CONNECTION])}`;

const FLAGS = ["--open", "--no-open"];

await runTask(HELP, serve, FLAGS);

async function serve(aws: Aws): Promise<void> {
  const console_ = await startConsole(aws, aws.settings.consolePort);
  const link = console_.newLink();
  console.log(
    `\nConsole: ${link}\n\nThe link admits one browser. Enter prints another, Ctrl-C stops the console.`,
  );
  const asked = Deno.args.find((argument) => FLAGS.includes(argument));
  const isTerminal = Deno.stdout.isTerminal();
  if (wantsPage(asked, { isTerminal, os: Deno.build.os, environment: Deno.env.toObject() })) {
    await openPage(link);
  }
  for await (const _ of Deno.stdin.readable) console.log(`Console: ${console_.newLink()}`);
  await new Promise(() => {}); // without a terminal, until it is interrupted
}
