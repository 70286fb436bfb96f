/** The three Lambda bundles under AWS's runtimes: real Node.js and AWS's runtime interface client, both from npm. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { LambdaOptions } from "../../lib/local/lambda/lambda.ts";
import { readSettings } from "../../lib/settings.ts";
import { runProgram } from "../../lib/tasks/task.ts";
import { withLocalAws } from "../local/testing.ts";
import { connectTo, deployEndpoint } from "../workflow/testing.ts";
import { type Answers, assertExpected, collectAnswers, loggedErrors } from "./answers.ts";
import { askHandlers, makeHandlers } from "./handlers.ts";
import { installRuntime, NODE_VERSIONS, type NodeRuntime } from "./runtimes.ts";

const HELP = `deno task test:node

Runs the three Lambda functions, bundled and deployed as always, and handlers of every kind
under Node.js ${
  Object.values(NODE_VERSIONS).join(" and ")
} with AWS's runtime interface client, on a local AWS with a
small trained model: what they answer, how their executions end and what they log must be the same as under the local
AWS's own runtime. Node.js and the client come from npm, which has to be on the PATH, and are kept below
SCONES_STATE_DIR, in node/.`;

/** What one runtime made of the same events. */
interface Run {
  answers: Answers;
  handlers: Answers;
  errors: string[];
  /** The Node.js that the functions told S3 and the endpoint to be, `v22.…`. */
  nodes: Set<string>;
}

await runProgram(HELP, async () => {
  const folder = join(readSettings().stateDir, "node");
  const runtimes: NodeRuntime[] = [];
  for (const identifier of Object.keys(NODE_VERSIONS)) {
    runtimes.push(await installRuntime(identifier, folder));
  }
  const stateDir = await Deno.makeTempDir({ prefix: "scones-node-" });
  try {
    await withLocalAws(async (local) => {
      const aws = await connectTo(local.endpoint);
      await deployEndpoint(aws).finally(() => aws.close());
      await makeHandlers(local);
    }, { stateDir });
    const own = await run(stateDir, {});
    assertExpected(own.answers);
    for (const { identifier, commandOf, version } of runtimes) {
      const startMs = performance.now();
      const { answers, errors, handlers, nodes } = await run(stateDir, { commandOf });
      assert.deepEqual(nodes, new Set([version]));
      assert.deepEqual(answers, own.answers);
      assert.deepEqual(errors, own.errors);
      // AWS's client is Node.js 24's: it says otherwise what it refuses under 22.
      const isWhole = identifier === "nodejs24.x";
      if (isWhole) assert.deepEqual(handlers, own.handlers);
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
      console.log(
        `✓ ${identifier}: ${Object.keys(answers).length} answers of the workflow` +
          `${
            isWhole ? ` and ${Object.keys(handlers).length} kinds of handlers` : ""
          } under Node.js ${version} ` +
          `as under the local AWS's own runtime  ${seconds} s`,
      );
    }
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

/** Starts the local AWS on the state that is there, with a runtime for its functions, and asks them. */
async function run(stateDir: string, lambda: LambdaOptions): Promise<Run> {
  let result: Run | undefined;
  const nodes = new Set<string>();
  const began = Date.now();
  await withLocalAws(async (aws) => {
    const answers = await collectAnswers(aws.endpoint);
    const errors = await loggedErrors(aws.endpoint, began);
    result = { answers, errors, handlers: await askHandlers(aws), nodes };
  }, {
    stateDir,
    lambda,
    around: (handle) => (request) => {
      // The SDK says so itself; only within a function it names an execution environment.
      const agent = request.headers.get("user-agent");
      const node = agent?.match(/exec-env\/AWS_Lambda_\S+/) && agent.match(/md\/nodejs#(\S+)/)?.[1];
      if (node) nodes.add(`v${node}`);
      return handle(request);
    },
  });
  return result!;
}
