/** Log lines in the formats of AWS's algorithm. */

/** Prints a line with AWS's prefix: time in UTC, level, and a number (on AWS the thread's). */
export function info(message: string): void {
  console.log(`${prefix("INFO")} ${message}`);
}

/** Like `info`, for an error. */
export function error(message: string): void {
  console.log(`${prefix("ERROR")} ${message}`);
}

function prefix(level: string, now = new Date()): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${two(now.getUTCMonth() + 1)}/${two(now.getUTCDate())}/${now.getUTCFullYear()}`;
  const time = [now.getUTCHours(), now.getUTCMinutes(), now.getUTCSeconds()].map(two).join(":");
  return `[${date} ${time} ${level} ${Deno.pid}]`;
}

/** A flat record as Python prints a dictionary, the format of configurations in AWS's log. */
export function pythonDictionary(record: Record<string, string | number>): string {
  const value = (v: string | number) => typeof v === "number" ? String(v) : `'${v.replaceAll("'", "\\'")}'`;
  return `{${Object.entries(record).map(([k, v]) => `'${k}': ${value(v)}`).join(", ")}}`;
}

/** A tab, as it appears in CloudWatch for AWS's algorithm, and as regular expressions for metrics expect it. */
const TAB = "#011";

/** `Epoch[0] Batch [20]#011Speed: 122.309 samples/sec#011accuracy=0.575893` */
export function batchLine(epoch: number, batch: number, imagesPerSecond: number, accuracy: number): string {
  return [
    `Epoch[${epoch}] Batch [${batch}]`,
    `Speed: ${imagesPerSecond.toFixed(3)} samples/sec`,
    `accuracy=${accuracy.toFixed(6)}`,
  ].join(TAB);
}

/** `Epoch[0] Validation-accuracy=0.505208` */
export function metricLine(epoch: number, metric: string, value: number): string {
  return `Epoch[${epoch}] ${metric}=${value.toFixed(6)}`;
}
