/** The benchmarks. */
import { runProgram } from "../../lib/tasks/task.ts";
import { bench as batch } from "./batch.ts";
import { bench as kills } from "./kills.ts";
import { bench as load } from "./load.ts";
import { bench as serving } from "./serving.ts";
import { bench as training } from "./training.ts";

const BENCHES: Readonly<Record<string, (...options: string[]) => Promise<unknown>>> = {
  training: () => training(),
  serving,
  load: () => load({ executions: 2000, objects: 20_000 }),
  batch: () => batch({ pictures: 10_000, keys: 100_000 }),
  kills,
};

const HELP = `deno task bench [training] [serving] [load] [batch]
deno task bench kills [ROUNDS] [SEED]

Measures the training, the endpoint, executions under load and Map Runs (10,000 pictures, 100,000 keys); kills ends servers at random moments and looks for what
they acknowledged (30 rounds with a random seed when nothing is said). Prints figures with their targets and ratios,
which mean little while other programs compute.`;

await runProgram(HELP, async () => {
  const given = Deno.args.length > 0 ? Deno.args : ["training", "serving", "load", "batch"];
  // What follows "kills" are its options.
  const end = given.includes("kills") ? given.indexOf("kills") + 1 : given.length;
  const [names, options] = [given.slice(0, end), given.slice(end)];
  const unknown = names.find((name) => !Object.hasOwn(BENCHES, name));
  if (unknown) {
    throw new Error(`There is no bench "${unknown}"; there are ${Object.keys(BENCHES).join(", ")}.`);
  }
  for (const name of names) {
    console.log(`\n${name}`);
    await BENCHES[name]!(...name === "kills" ? options : []);
  }
}, Infinity);
