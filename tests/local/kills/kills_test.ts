/**
 * SIGKILL at random moments, several times: nothing acknowledged is lost, everything ends once.
 * A step's name tells the seed; SCONES_KILL_SEED set to it makes the same choices again. `deno task bench kills` runs
 * the same for longer.
 */
import { executions } from "./executions.ts";
import { mapRuns } from "./map_runs.ts";
import { messages } from "./messages.ts";
import { s3 } from "./s3.ts";
import { killRounds, killSeed, type Part } from "./testing.ts";
import { workflow } from "./workflow.ts";

const testKills = (name: string, part: Part, rounds: number) =>
  Deno.test(name, async (t) => {
    const seed = killSeed();
    // A step, because what passing tests print is not shown.
    await t.step(`SCONES_KILL_SEED=${seed}`, () => killRounds(part, rounds, seed).then(() => {}));
  });

testKills("a busy workflow whose server is killed goes on where it was", workflow, 4);
testKills("SIGKILL at any moment loses no acknowledged object and leaves no stray file", s3, 4);
testKills("SIGKILL at any moment loses no acknowledged message and brings back no deleted one", messages, 3);
testKills("killed executions go on from the state they were in", executions, 4);
testKills("killed Map Runs, activities and waits go on: no item is lost, none is counted twice", mapRuns, 3);
