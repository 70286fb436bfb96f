/** Makes the Deno kernel known to Jupyter. */
import { stripVTControlCharacters } from "node:util";

/**
 * Installs Deno's kernel spec for this user with the path of the Deno that runs this program, in the place of an
 * older one: a Deno that came by npx moves when npm's cache does.
 * @param env variables in addition to this process's own
 * @throws Error with what Deno said
 */
export async function installKernelSpec(env: Record<string, string> = {}): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["jupyter", "--install", "--force"],
    env,
  }).output();
  if (success) return;
  const said = stripVTControlCharacters(new TextDecoder().decode(stderr)).trim();
  throw new Error(`The Deno kernel could not be installed for Jupyter: ${said}`);
}
