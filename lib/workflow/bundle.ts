/** Lambda bundles: a handler with its dependencies in one file, zipped. The same source always gives the same bytes. */
import { createHash } from "node:crypto";
import { build, stop } from "esbuild";
import { zipSync } from "fflate";
import { join } from "node:path";
import { PROJECT_DIR } from "../settings.ts";

export interface Bundle {
  zip: Uint8Array;
  /** SHA-256 of the zip in base64, as Lambda's CodeSha256. */
  sha256: string;
}

/** Bundles `lambdas/<source>` for Lambda's Node runtime as `index.js` with the export `handler`. */
export async function bundleFunction(source: string): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [join(PROJECT_DIR, "lambdas", source)],
    absWorkingDir: PROJECT_DIR,
    bundle: true,
    minify: true,
    // CommonJS starts faster there than ESM, and the SDK's CommonJS parts need no substitute for `require`.
    format: "cjs",
    platform: "node",
    target: "node22",
    mainFields: ["module", "main"],
    legalComments: "none",
    write: false,
    logLevel: "silent",
  });
  const zip = zipSync({ "index.js": outputFiles[0]!.contents }, {
    level: 9,
    mtime: new Date(2000, 0, 1),
    // Lambda unpacks with the Unix mode of the entry, and can only read the file if it is readable by all: 644.
    os: 3,
    attrs: 0o100644 << 16,
  });
  return { zip, sha256: createHash("sha256").update(zip).digest("base64") };
}

/** Ends the bundler's helper process, which would keep the program from exiting. */
export async function stopBundler(): Promise<void> {
  await stop();
}
