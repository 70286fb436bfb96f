/** What would keep a local AWS from starting, told in terms of the variables that people set. */
import { accessSync, constants, mkdirSync } from "node:fs";
import type { Settings } from "../settings.ts";

/**
 * Makes the state directory.
 * @throws Error that names the variable if it cannot be made, or nothing can be written there
 */
export function makeStateDir(stateDir: string): void {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
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
 * Checks that the port is not held by the local AWS of another state directory; call it when none is running for
 * this one. What else may hold it, the local AWS finds out when it starts.
 * @throws Error that says what to do
 */
export async function checkPort({ port }: Pick<Settings, "port">): Promise<void> {
  if (port === 0 || !await isLocalAws(port)) return;
  throw new Error(
    `Port ${port} is held by the local AWS of another state directory. Stop that one ("deno task local stop" with its ` +
      "SCONES_STATE_DIR), or set SCONES_PORT to another port, or to 0 to have one picked.",
  );
}

/** Whether a local AWS answers at a port. It does not tell whose it is: any program may ask. */
async function isLocalAws(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(2_000);
    const response = await fetch(`http://127.0.0.1:${port}/_scones/health`, { signal });
    return (await response.json()).service === "scones-local-aws";
  } catch {
    return false;
  }
}
