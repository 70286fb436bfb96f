/** Installs the Deno kernel for Jupyter. */
import { stripVTControlCharacters } from "node:util";

/**
 * Installs Deno's kernel spec for this user with the path of the Deno that runs this program. It replaces an older one,
 * whose path may be outdated: npx installs Deno in npm's cache.
 * @param env environment variables in addition to this process's own
 * @throws Error with Deno's output
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
