/**
 * Servers that are killed. A part puts a load on a server, which is killed (SIGKILL) at a random moment and started
 * again; after each start the part compares what is there with what was acknowledged before.
 */
import { Random } from "../../../lib/dataset/drawing/random.ts";
import { type Program, startProgram } from "../testing/program.ts";

/** One kind of load, and what must hold of it. */
export interface Part {
  readonly name: string;
  /** The kill falls between these, in milliseconds after the load has begun. */
  readonly killAfterMs: readonly [earliest: number, latest: number];
  /** The file of a server's program of its own, which is given `--seed` too; without it the whole local AWS. */
  readonly program?: string;
  /** Called once; what it returns is called for each server, to work with it. */
  begin(run: Run): (server: Program) => Session | Promise<Session>;
}

/** Several rounds of load and kill on one state directory. */
export interface Run {
  readonly stateDir: string;
  readonly rounds: number;
}

/** A part's work with one server. */
export interface Session {
  /** Before the first load. */
  prepare?(): Promise<void>;
  /** After each start that follows a kill: everything acknowledged is there. */
  assertKept?(): Promise<void>;
  /** Each one works again and again until the server is killed. */
  workers(round: number): Worker[] | Promise<Worker[]>;
  /** After the last start: everything comes to its end, once. Returns counts of what was done and found. */
  assertEnded(): Promise<Record<string, number>>;
  /** Ends connections. */
  close?(): void;
}

/** One turn of work; it fails when the server is killed meanwhile, and must not fail otherwise. */
export type Worker = (turn: number, random: Random) => Promise<unknown>;

/** The seed that SCONES_KILL_SEED has, else a random one. @throws Error when it is not a whole number */
export function killSeed(given = Deno.env.get("SCONES_KILL_SEED")): number {
  if (given === undefined) return crypto.getRandomValues(new Uint32Array(1))[0]!;
  const seed = Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`The seed must be a whole number, not "${given}".`);
  return seed;
}

/** Random numbers for one use: other uses draw their own, so that the order of concurrent work changes nothing. */
export function choices(seed: number, ...use: (string | number)[]): Random {
  let hash = 0x811c9dc5; // FNV-1a
  for (const character of use.join("/")) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return new Random(seed, hash >>> 0);
}

/**
 * Runs a part, its server killed `rounds` times. The moments of the kills and the workers' choices follow from the seed,
 * which is printed.
 * @throws Error with the seed, for whatever was lost, doubled or left behind
 */
export async function killRounds(
  part: Part,
  rounds: number,
  seed: number,
): Promise<Record<string, number>> {
  const repeat = `SCONES_KILL_SEED=${seed} makes the same choices again`;
  console.log(`Kills, ${part.name}: ${rounds} rounds with the seed ${seed} (${repeat})`);
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  const start = () =>
    startProgram(
      stateDir,
      part.program === undefined ? {} : { main: part.program, args: ["--seed", String(seed)] },
    );
  const open = part.begin({ stateDir, rounds });
  let server: Program | undefined;
  let session: Session | undefined;
  let round = 0;
  try {
    for (;; round++) {
      server = await start();
      session = await open(server);
      if (round === 0) await session.prepare?.();
      else await session.assertKept?.();
      if (round === rounds) break;
      const after = choices(seed, part.name, round).between(...part.killAfterMs);
      const workers = (await session.workers(round)).map((worker, index) => ({
        worker,
        random: choices(seed, part.name, round, index),
      }));
      await workUntilKilled(server, workers, after);
      session.close?.();
    }
    const figures = await session.assertEnded();
    await server.stop();
    return { rounds, ...figures };
  } catch (cause) {
    await server?.kill().catch(() => {});
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Kills, ${part.name}, after ${round} of ${rounds}: ${message}\n${repeat}.`, { cause });
  } finally {
    session?.close?.();
    await Deno.remove(stateDir, { recursive: true });
  }
}

async function workUntilKilled(
  server: Program,
  workers: readonly { worker: Worker; random: Random }[],
  afterMs: number,
): Promise<void> {
  let alive = true;
  const working = workers.map(async ({ worker, random }) => {
    try {
      for (let turn = 0; alive; turn++) await worker(turn, random);
    } catch (error) {
      if (alive) throw error;
    }
  });
  const killed = new Promise((resolve) => setTimeout(resolve, afterMs)).then(() => {
    alive = false;
    return server.kill();
  });
  // Of workers that fail while the server lives, the first one's error counts.
  await Promise.all([...working, killed]);
}
