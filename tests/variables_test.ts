import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT_DIR } from "../lib/settings.ts";
import { type Variable, VARIABLES, variablesHelp } from "../lib/variables.ts";

const variables: Variable<unknown>[] = Object.values(VARIABLES);

Deno.test("variables: each default keeps the rules", () => {
  for (const { name, rules, default: text } of variables) {
    if (text === undefined) continue;
    assert.deepEqual(rules.filter(([, keeps]) => !keeps(text)).map(([must]) => must), [], name);
  }
});

Deno.test("variables: the README's table lists them all, with their defaults", async () => {
  const readme = await Deno.readTextFile(join(PROJECT_DIR, "README.md"));
  const section = readme.split(/^## /m).find((text) => text.startsWith("Variables\n"));
  const listed = new Map<string, string>();
  for (const line of section!.split("\n").filter((line) => line.startsWith("| `"))) {
    const [, names, fallback] = line.split("|").map((cell) => cell.trim());
    for (const [, name] of names!.matchAll(/`([A-Z_]+)`/g)) listed.set(name!, fallback!);
  }
  assert.deepEqual([...listed.keys()].sort(), variables.map(({ name }) => name).sort());
  for (const { name, default: text } of variables) {
    if (text !== undefined && name.startsWith("SCONES_")) assert.equal(listed.get(name), `\`${text}\``, name);
  }
});

Deno.test("variables: the help names each that is asked for, with what it means and its default", () => {
  const help = variablesHelp(["target", "bucket"]);
  assert.match(help, /SCONES_TARGET +local .*\(default local\)\n/);
  assert.match(help, /SCONES_BUCKET +bucket/);
  assert.doesNotMatch(help, /SCONES_PORT/);
  for (const { name } of variables) assert.ok(variablesHelp().includes(name), name);
});
