/** The script that makes the charts of a report interactive. */
import { bundleScript } from "./bundle.ts";

/** JavaScript for a page, including Vega's runtime (about 500 kB). */
export function chartScript(): Promise<string> {
  return bundleScript(new URL("./chart_client.js", import.meta.url));
}
