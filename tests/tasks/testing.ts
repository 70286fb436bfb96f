/** The tasks as people run them: programs of their own. */
import { fileURLToPath } from "node:url";

/** Runs a file of lib/tasks/ with this environment alone; returns its exit status and what it printed on both outputs. */
export async function runTask(
  file: string,
  environment: Record<string, string>,
  args: string[] = [],
): Promise<{ code: number; said: string }> {
  const path = fileURLToPath(new URL(`../../lib/tasks/${file}`, import.meta.url));
  const needed = ["PATH", "HOME", "DENO_DIR"].map((name) => [name, Deno.env.get(name)]);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", path, ...args],
    clearEnv: true,
    env: { ...Object.fromEntries(needed.filter(([, value]) => value !== undefined)), ...environment },
    stdin: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}
