/**
 * The entry point of the algorithm's container: `entry_point.ts train DIR` or `entry_point.ts serve DIR`, where DIR
 * replaces /opt/ml. SIGTERM ends it cleanly. With SCONES_PARENT_PIPE=1 it also ends when its standard input closes, so
 * that it does not outlive the process that started it.
 */
import { readVariables, wholeNumber } from "./environment.ts";
import { failureReason } from "./failure_file.ts";
import { serve } from "./serve.ts";
import { train } from "./train.ts";

async function main([command, root]: string[]): Promise<number> {
  if (!root || (command !== "train" && command !== "serve")) {
    console.error("usage: entry_point.ts train|serve DIR");
    return 2;
  }
  if (Deno.env.get("SCONES_PARENT_PIPE") === "1") exitWithParent();
  const stop = new AbortController();
  Deno.addSignalListener("SIGTERM", () => stop.abort());
  if (command === "serve") {
    const port = wholeNumber("SAGEMAKER_BIND_TO_PORT", Deno.env.get("SAGEMAKER_BIND_TO_PORT"), 65535);
    await serve(root, port, stop.signal);
    return 0;
  }
  const { SCONES_SEED: seed, SCONES_CLASSES: classes } = await readVariables(root);
  return await train({
    root,
    seed,
    threads: navigator.hardwareConcurrency,
    classes,
    signal: stop.signal,
  });
}

async function exitWithParent(): Promise<never> {
  for await (const _ of Deno.stdin.readable);
  Deno.exit(1);
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(failureReason(error));
    Deno.exit(1);
  }
}
