/** What a report says about the software that made it. */
import { fileURLToPath } from "node:url";

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

/** The commit (`none` outside a git repository) and the versions of Deno and TypeScript. */
export async function softwareFacts(): Promise<Record<string, string>> {
  const commit = await git("rev-parse", "--short=12", "HEAD");
  const changed = commit && await git("status", "--porcelain", "--untracked-files=no");
  return {
    "Git commit": commit ? `${commit}${changed ? " with local changes" : ""}` : "none",
    "Software":
      `Deno ${Deno.version.deno}, TypeScript ${Deno.version.typescript}, ${Deno.build.os} ${Deno.build.arch}`,
  };
}

/** The output of git, or undefined if there is no git or no repository. */
async function git(...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", { args, cwd: projectFolder, stderr: "null" })
      .output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
