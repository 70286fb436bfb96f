/**
 * The benchmarks: `deno task bench [training] [serving] [load] [kills]`, all but the last when none is named. Figures
 * mean little while other programs compute.
 */
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

const names = Deno.args.length > 0 ? Deno.args : ["training", "serving", "load"];
const unknown = names.find((name) => !Object.hasOwn(BENCHES, name));
if (unknown) {
  console.error(`There is no bench "${unknown}"; there are ${Object.keys(BENCHES).join(", ")}.`);
  Deno.exit(2);
}
for (const name of names) {
  console.log(`\n${name}`);
  await BENCHES[name]!();
}
