/** The script that makes the charts of a report interactive. */
import * as esbuild from "esbuild";
import { fileURLToPath } from "node:url";

let bundled: Promise<string> | undefined;

/** JavaScript for a page, including Vega's runtime (about 500 kB); bundled once per process. */
export function chartScript(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [fileURLToPath(new URL("./chart_client.js", import.meta.url))],
      bundle: true,
      minify: true,
      format: "iife",
      platform: "browser",
      target: "es2022",
      legalComments: "none",
      write: false,
    });
    return outputFiles[0]?.text ?? "";
  } finally {
    await esbuild.stop();
  }
}
