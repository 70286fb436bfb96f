/** Writes the deployment as a CloudFormation template, with the functions' code. */
import { join, resolve } from "node:path";
import { PROJECT_DIR } from "../settings.ts";
import { bundleFunction, stopBundler } from "../workflow/bundle.ts";
import { FUNCTION_KEYS, FUNCTIONS } from "../workflow/functions.ts";
import { cloudFormationTemplate, codeFileOf } from "../workflow/template.ts";
import { runProgram } from "./task.ts";

const HELP =
  `deno task template          prints the resources of deno task deploy as a CloudFormation template
deno task template FOLDER   writes template.json and the functions' code, as zip files, to FOLDER

To deploy it:

  aws s3 cp --recursive FOLDER s3://CODE_BUCKET/scones/
  aws cloudformation deploy --stack-name scones-dev --template-file FOLDER/template.json \\
    --capabilities CAPABILITY_NAMED_IAM --parameter-overrides Stage=dev CodeBucket=CODE_BUCKET CodePrefix=scones/`;

await runProgram(
  HELP,
  async () => {
    const text = JSON.stringify(await cloudFormationTemplate(), null, 2);
    const [folder] = Deno.args;
    if (folder === undefined) return console.log(text);
    const out = resolve(PROJECT_DIR, folder);
    await Deno.mkdir(out, { recursive: true });
    await Deno.writeTextFile(join(out, "template.json"), text + "\n");
    for (const key of FUNCTION_KEYS) {
      await Deno.writeFile(join(out, codeFileOf(key)), (await bundleFunction(FUNCTIONS[key].source)).zip);
    }
    console.log(`Wrote ${join(out, "template.json")} and the code of ${FUNCTION_KEYS.length} functions`);
  },
  1,
  stopBundler,
);
