/** AWS's own clients and service models against the local AWS. */
import { join } from "node:path";
import { startLocalAws } from "../../lib/local/server.ts";
import { readSettings } from "../../lib/settings.ts";
import { runProgram } from "../../lib/tasks/task.ts";
import { PART_NAMES, type PartName, Parts } from "./parts.ts";
import { createRecorder } from "./recorder.ts";
import { type Report, summarise } from "./summary.ts";
import { ensurePython } from "./venv.ts";

const HELP = `deno task conformance [matrix] [sdk2] [sdk3] [go] [pipeline] [models] [moto] [template]

Turns AWS's own clients and service models on a local AWS of its own: the calls of boto3 and the AWS CLI, SageMaker's
Python SDKs 2 and 3 at their defaults, Go's SDK, the five notebooks, every recorded message against botocore's models,
deploy and staging against moto's server, the CloudFormation template against AWS's schemas (cfn-lint). All parts, or
those named. Needs Python 3, and Go for its part. Packages come from PyPI into SCONES_STATE_DIR (SDK 3 is a gigabyte),
modules from Go's proxy.`;

await runProgram(HELP, async () => {
  const parts = Deno.args.length > 0 ? Deno.args : PART_NAMES;
  const unknown = parts.find((part) => !(PART_NAMES as readonly string[]).includes(part));
  if (unknown) throw new Error(`There is no part "${unknown}"; the parts are ${PART_NAMES.join(", ")}.`);
  if (!await main(parts as PartName[])) throw new Error("There are objections, see above.");
  Deno.exit(0); // nothing that a client left open keeps it
}, Infinity);

/** Runs the parts and prints what they found. Returns whether nothing is left to object to. */
async function main(parts: readonly PartName[]): Promise<boolean> {
  const { stateDir } = readSettings();
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
    const run = new Parts((packages) => ensurePython(stateDir, packages), folder, aws, recorder);
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
