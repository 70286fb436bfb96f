/** Node.js and AWS's runtime interface client from npm, and the command that runs a function under them. */
import { join } from "node:path";
import type { Command } from "../../lib/local/lambda/runtime_process.ts";
import type { Worker } from "../../lib/local/lambda/launch.ts";

/** Node.js as npm has it, by the runtime's identifier: the one that the bundles are made for and the one deployed to. */
export const NODE_VERSIONS: Readonly<Record<string, string>> = {
  "nodejs22.x": "22.23.3",
  "nodejs24.x": "24.9.0",
};

const CLIENT = "aws-lambda-ric@4.0.2";

export interface NodeRuntime {
  identifier: string;
  /** As `node --version` says it. */
  version: string;
  commandOf(worker: Worker): Command;
}

/**
 * Installs a runtime into a folder of its own, unless it is there.
 * @throws Error when there is no npm, npm fails, or what was installed is another version
 */
export async function installRuntime(identifier: string, folder: string): Promise<NodeRuntime> {
  const wanted = NODE_VERSIONS[identifier]!;
  const home = join(folder, `node-${wanted}`);
  const client = join(folder, CLIENT);
  // Node.js comes by its package's own script; the client's scripts would compile its native part.
  await install(home, `node@${wanted}`, "--ignore-scripts=false");
  await install(client, CLIENT, "--ignore-scripts");
  const program = join(home, "node_modules", "node", "bin", "node");
  const version = (await run(program, ["--version"])).trim();
  if (version !== `v${wanted}`) throw new Error(`${program} is Node.js ${version}, not v${wanted}.`);
  const standIn = new URL("rapid_client.mjs", import.meta.url).href;
  const main = join(client, "node_modules", "aws-lambda-ric", "index.mjs");
  return {
    identifier,
    version,
    commandOf: ({ variables, taskRoot }) => ({
      program,
      args: ["--import", standIn, main],
      cwd: taskRoot,
      env: { ...variables, AWS_EXECUTION_ENV: `AWS_Lambda_${identifier}` },
    }),
  };
}

async function install(folder: string, name: string, scripts: string): Promise<void> {
  const done = join(folder, "installed");
  if (await Deno.stat(done).then(() => true, () => false)) return;
  console.log(`Installing ${name} …`);
  await Deno.mkdir(folder, { recursive: true });
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", ["install", "--prefix", folder, "--global=false", scripts, ...quiet, name]);
  await Deno.writeTextFile(done, "");
}

async function run(program: string, args: string[]): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`${program} was not found. Install Node.js with npm, or put npm on the PATH.`);
  }
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (output.success) return stdout!;
  throw new Error(`${program} ${args.join(" ")} ended with status ${output.code}:\n${stderr!.trim()}`);
}
