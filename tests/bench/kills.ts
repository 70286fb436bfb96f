/**
 * The server of a busy workflow is killed many times. Run on its own: `deno run -A tests/bench/kills.ts [rounds]`,
 * 30 rounds when nothing is said.
 */
import { killRounds } from "../local/killing.ts";

/** Prints and returns what was done and found again; fails for whatever was lost or doubled. */
export async function bench(rounds = 30): Promise<Awaited<ReturnType<typeof killRounds>>> {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-kills-" });
  try {
    const figures = await killRounds(stateDir, rounds, 5000);
    console.log(Object.entries(figures).map(([name, value]) => `${name} ${value}`).join(", "));
    return figures;
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
}

if (import.meta.main) await bench(Number(Deno.args[0] ?? 30));
