/**
 * AWS's SDK as functions find it without bundling it, like in AWS's Node.js runtimes: the project's own clients, in the
 * `node_modules` of the runtime's folder. Each client is a package of one file with shared chunks, because the process of
 * a function may see nothing of the project's own `node_modules`. They are made once, when a function first asks for them.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../../deno.json" with { type: "json" };

/** The packages with their versions. */
const VERSIONS = JSON.stringify(
  Object.entries(config.imports).filter(([name]) => name.startsWith("@aws-sdk/")),
);

export const RUNTIME_PACKAGES: readonly string[] = JSON.parse(VERSIONS).map(([name]: [string]) => name);

/** Bundles have the SDK's name in texts; only code that does not bundle it imports it. */
const IMPORT = /\b(?:from|import|require)\s*\(?\s*["'`]@aws-sdk\//;

/** Whether code imports a package of AWS's SDK by its name. */
export function importsSdk(source: string): boolean {
  return IMPORT.test(source);
}

export class RuntimePackages {
  #made: Promise<void> | undefined;

  /** @param folder the runtime's `node_modules` */
  constructor(readonly folder: string) {}

  /** Makes the packages, unless they are there in these versions. @throws Error when they cannot be made */
  async ready(): Promise<void> {
    this.#made ??= this.#make();
    try {
      await this.#made;
    } catch (error) {
      this.#made = undefined; // another start may fare better
      throw error;
    }
  }

  async #make(): Promise<void> {
    const marker = join(this.folder, "versions.json");
    if (existsSync(marker) && readFileSync(marker, "utf8") === VERSIONS) return;
    // In a process of its own: bundling takes seconds.
    const program = fileURLToPath(new URL("make_packages.ts", import.meta.url));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", program, this.folder, VERSIONS],
      stdin: "null",
      stdout: "null",
    }).output();
    if (success) return;
    throw new Error(`The runtime's packages could not be made: ${new TextDecoder().decode(stderr).trim()}`);
  }
}
