/**
 * AWS's own clients and service models against the local AWS. Parts, in this order, all of them or those named:
 * `matrix` the calls of boto3 and the AWS CLI, `pipeline` the five notebooks, `models` every recorded message against
 * botocore's service models and requests that the models refuse, `moto` deploy and staging against moto's server.
 */
import { join } from "node:path";
import { startLocalAws } from "../../lib/local/server.ts";
import { readSettings } from "../../lib/settings.ts";
import { PART_NAMES, type PartName, Parts } from "./parts.ts";
import { createRecorder } from "./recorder.ts";
import { type Report, summarise } from "./summary.ts";
import { ensurePython } from "./venv.ts";

const parts = Deno.args.length > 0 ? Deno.args : PART_NAMES;
const unknown = parts.find((part) => !(PART_NAMES as readonly string[]).includes(part));
if (unknown) {
  console.error(`There is no part "${unknown}"; the parts are ${PART_NAMES.join(", ")}.`);
  Deno.exit(2);
}
try {
  Deno.exit(await main(parts as PartName[]) ? 0 : 1);
} catch (error) {
  console.error(`Error: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

/** Runs the parts and prints what they found. Returns whether nothing is left to object to. */
async function main(parts: readonly PartName[]): Promise<boolean> {
  const { stateDir } = readSettings();
  const bin = ensurePython(stateDir);
  const folder = join(stateDir, "conformance");
  const scratch = join(folder, "scratch");
  await Deno.remove(scratch, { recursive: true }).catch(() => {}); // of a run that was killed
  const recorder = createRecorder();
  const faults: string[] = [];
  const aws = await startLocalAws({
    stateDir: join(scratch, "aws"),
    port: 0,
    around: recorder.around,
    onFault: (error, what) => faults.push(`${what}: ${error}`),
  });
  try {
    const run = new Parts(bin, folder, aws, recorder);
    const reports: Report[] = [];
    for (const part of parts) {
      console.log(`\n${part}`);
      reports.push(...await run[part](scratch));
    }
    reports.push({
      operations: [],
      validations: 0,
      objections: Object.fromEntries(faults.map((fault) => [fault, 1])),
    });
    return summarise(reports);
  } finally {
    await aws.stop();
    await Deno.remove(scratch, { recursive: true });
  }
}
