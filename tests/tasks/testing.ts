/** The tasks as people run them: programs of their own. */
import { fileURLToPath } from "node:url";

/** Runs a file of lib/tasks/ with this environment alone; returns its exit status and what it printed on both outputs. */
export async function runTask(
  file: string,
  environment: Record<string, string>,
  args: string[] = [],
): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await start(file, environment, args).output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

function start(file: string, environment: Record<string, string>, args: string[]): Deno.Command {
  const path = fileURLToPath(new URL(`../../lib/tasks/${file}`, import.meta.url));
  const needed = ["PATH", "HOME", "DENO_DIR"].map((name) => [name, Deno.env.get(name)]);
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", path, ...args],
    clearEnv: true,
    env: { ...Object.fromEntries(needed.filter(([, value]) => value !== undefined)), ...environment },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** The environment in which tasks take a local AWS for the real one: nothing else answers for AWS here. */
export function asOnAws(endpoint: string): Record<string, string> {
  return {
    SCONES_TARGET: "aws",
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
}

/**
 * Starts a task, interrupts it as soon as it has printed a line that matches, and waits for its end.
 * @param before done before it is interrupted, with what it has said
 */
export async function interruptTask(
  file: string,
  environment: Record<string, string>,
  line: RegExp,
  before: (said: string) => Promise<void> = () => Promise.resolve(),
): Promise<{ code: number; said: string }> {
  const child = start(file, environment, []).spawn();
  let said = "";
  let interrupted = false;
  const decoder = new TextDecoder();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const chunk of stream) {
      said += decoder.decode(chunk);
      if (interrupted || !line.test(said)) continue;
      interrupted = true;
      await before(said).finally(() => child.kill("SIGINT"));
    }
  };
  const [{ code }] = await Promise.all([child.status, read(child.stdout), read(child.stderr)]);
  return { code, said };
}
