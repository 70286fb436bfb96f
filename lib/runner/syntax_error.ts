/** Finds the syntax error in a cell, which the Deno kernel does not report. */
import * as esbuild from "esbuild";

/** The first syntax error as `line 2, column 7: …`, or undefined if the code parses. */
export async function syntaxError(code: string): Promise<string | undefined> {
  try {
    await esbuild.transform(code, { loader: "ts", format: "esm", target: "esnext", logLevel: "silent" });
    return undefined;
  } catch (error) {
    const [first] = (error as esbuild.TransformFailure).errors;
    if (!first) throw error;
    return `line ${first.location?.line}, column ${(first.location?.column ?? 0) + 1}: ${first.text}`;
  } finally {
    await esbuild.stop();
  }
}
