/** Lambda bundles: a handler with its dependencies in one file, in a zip that is the same for the same input. */
import { createHash } from "node:crypto";
import { build, stop } from "esbuild";
import { zipSync } from "fflate";
import { join } from "node:path";
import { PROJECT_DIR } from "../settings.ts";

export interface Bundle {
  zip: Uint8Array;
  /** SHA-256 of the zip in base64, as Lambda states it. */
  sha256: string;
}

/** Bundles `lambdas/<source>` for Lambda's Node runtime as `index.js` with the export `handler`. */
export async function bundleFunction(source: string): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [join(PROJECT_DIR, "lambdas", source)],
    absWorkingDir: PROJECT_DIR,
    bundle: true,
    minify: true,
    // CommonJS starts faster than ESM there, and the SDK's own CommonJS parts need no `require` made for them.
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
    // Lambda unpacks with the Unix mode of the entry: 644, or it cannot read the file.
    os: 3,
    attrs: 0o100644 << 16,
  });
  return { zip, sha256: createHash("sha256").update(zip).digest("base64") };
}

/** Ends the bundler's helper process, which would keep a program from ending. */
export async function stopBundler(): Promise<void> {
  await stop();
}
