/** The console's front end: bundled once per process, with a chunk of its own for each page. */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { PROJECT_DIR } from "../settings.ts";

const PAGES = fileURLToPath(new URL("./pages/", import.meta.url));

export interface Asset {
  /** Compressed with gzip. */
  body: Uint8Array<ArrayBuffer>;
  type: string;
  etag: string;
}

export interface Assets {
  /** By path: `shell/main.js`, `orders/page.css`. */
  files: ReadonlyMap<string, Asset>;
  /** What each output is made of. */
  metafile: esbuild.Metafile;
}

/** Bundles `shell/main.tsx`, and each `<page>/page.tsx`, which the shell loads when somebody goes there. */
export async function bundlePages(): Promise<Assets> {
  const pages = readdirSync(PAGES, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith("page.tsx")
  );
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: PROJECT_DIR,
    entryPoints: ["shell/main.tsx", ...pages].map((name) => join(PAGES, name)),
    outbase: PAGES,
    outdir: PAGES,
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    jsx: "automatic",
    platform: "browser",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const files = new Map(
    outputFiles.map(({ path, contents }) => [relative(PAGES, path), asset(path, contents)]),
  );
  return { files, metafile };
}

function asset(path: string, contents: Uint8Array): Asset {
  return {
    body: Uint8Array.from(gzipSync(contents, { level: 9 })),
    type: path.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
    etag: `"${createHash("sha256").update(contents).digest("base64url").slice(0, 20)}"`,
  };
}

/** The folders of `pages/` that are pages. */
export function pageNames(assets: Assets): string[] {
  return [...assets.files.keys()].filter((path) => path.endsWith("/page.js")).map((path) => dirname(path));
}
