/** The benchmarks. */
import { runProgram } from "../../lib/tasks/task.ts";
import { bench as kills } from "./kills.ts";
import { bench as load } from "./load.ts";
import { bench as serving } from "./serving.ts";
import { bench as training } from "./training.ts";

const BENCHES: Readonly<Record<string, () => Promise<unknown>>> = {
  training: () => training(),
  serving,
  load: () => load({ executions: 2000, objects: 20_000 }),
  kills: () => kills(),
};

const HELP = `deno task bench [training] [serving] [load] [kills]

Measures the training, the endpoint, executions under load and restarts after kills; all but the last when none is
named. Prints figures with their targets and ratios, which mean little while other programs compute.`;

await runProgram(HELP, async () => {
  const names = Deno.args.length > 0 ? Deno.args : ["training", "serving", "load"];
  const unknown = names.find((name) => !Object.hasOwn(BENCHES, name));
  if (unknown) {
    throw new Error(`There is no bench "${unknown}"; there are ${Object.keys(BENCHES).join(", ")}.`);
  }
  for (const name of names) {
    console.log(`\n${name}`);
    await BENCHES[name]!();
  }
}, Infinity);
