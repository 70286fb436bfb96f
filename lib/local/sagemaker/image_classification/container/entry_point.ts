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
  const variables = await readVariables(root);
  return await train({
    root,
    seed: variables.SCONES_SEED,
    threads: navigator.hardwareConcurrency,
    classes: listedClasses(variables),
    signal: stop.signal,
  });
}

/** SCONES_CLASSES, and SCONES_CLASSES_2 and so on: SageMaker limits the length of each. */
function listedClasses(env: Readonly<Record<string, string>>): string | undefined {
  const name = "SCONES_CLASSES";
  const parts: string[] = [];
  for (let part = env[name]; part !== undefined; part = env[`${name}_${parts.length + 1}`]) {
    parts.push(part);
  }
  return parts.length > 0 ? parts.join(",") : undefined;
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
