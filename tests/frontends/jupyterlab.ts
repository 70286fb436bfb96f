import type { Environment } from "./environment.ts";
export function checkJupyterLab(_: Environment): Promise<string> {
  return Promise.resolve("todo");
}
