/** Bundles the scripts of pages. */
import * as esbuild from "esbuild";
import { fileURLToPath } from "node:url";

const bundles = new Map<string, Promise<string>>();
let last: Promise<unknown> = Promise.resolve();

/** The script and all that it imports as JavaScript for a page; bundled once per process. */
export function bundleScript(url: URL): Promise<string> {
  let bundled = bundles.get(url.href);
  if (!bundled) {
    // One after the other, as stopping esbuild ends all that it is doing.
    bundled = last.then(() => bundle(fileURLToPath(url)));
    last = bundled.catch(() => {}); // whoever asked for it gets the error
    bundles.set(url.href, bundled);
  }
  return bundled;
}

async function bundle(path: string): Promise<string> {
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [path],
      bundle: true,
      minify: true,
      format: "iife",
      platform: "browser",
      target: "es2022",
      legalComments: "none",
      logLevel: "error",
      write: false,
    });
    return outputFiles[0]?.text ?? "";
  } finally {
    await esbuild.stop();
  }
}
