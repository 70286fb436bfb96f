/** What would keep a local AWS from starting, told in terms of the variables that people set. */
import { accessSync, constants, mkdirSync } from "node:fs";
import type { Settings } from "../settings.ts";

/**
 * Makes the state directory.
 * @throws Error that names the variable if it cannot be made, or nothing can be written there
 */
export function makeStateDir(stateDir: string): void {
  try {
    mkdirSync(stateDir, { recursive: true });
    accessSync(stateDir, constants.W_OK);
  } catch (cause) {
    const reason = (cause as { code?: string }).code ?? (cause as Error).message;
    throw new Error(
      `SCONES_STATE_DIR is "${stateDir}", but the local AWS cannot store anything there (${reason}). ` +
        "Set SCONES_STATE_DIR to a folder in which you may write.",
      { cause },
    );
  }
}

/**
 * Checks that the port is not held by the local AWS of another state directory. What else may hold it, the local AWS
 * finds out when it starts.
 * @throws Error that names that directory and what to do
 */
export async function checkPort({ port, stateDir }: Pick<Settings, "port" | "stateDir">): Promise<void> {
  const holder = port === 0 ? undefined : await stateDirAt(port);
  if (holder === undefined || holder === stateDir) return;
  throw new Error(
    `Port ${port} is held by the local AWS of another state directory, ${holder}. Stop that one ` +
      `(SCONES_STATE_DIR=${holder} deno task local stop), or set SCONES_PORT to another port, or to 0 to have one picked.`,
  );
}

/** The state directory of the local AWS at a port; undefined if none answers there. */
async function stateDirAt(port: number): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(2_000);
    const response = await fetch(`http://127.0.0.1:${port}/_scones/health`, { signal });
    return (await response.json()).stateDir;
  } catch {
    return undefined;
  }
}
