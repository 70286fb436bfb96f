/** The lines of AWS's algorithm, in its formats. */

/** Prints one line with AWS's prefix: time in UTC, level, and a number that stands for the thread. */
export function info(message: string, now = new Date()): void {
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${two(now.getUTCMonth() + 1)}/${two(now.getUTCDate())}/${now.getUTCFullYear()}`;
  const time = [now.getUTCHours(), now.getUTCMinutes(), now.getUTCSeconds()].map(two).join(":");
  console.log(`[${date} ${time} INFO ${Deno.pid}] ${message}`);
}

/** A flat record as Python prints a dictionary, which is how AWS's log shows configurations. */
export function pythonDictionary(record: Record<string, string | number>): string {
  const value = (v: string | number) => typeof v === "number" ? String(v) : `'${v.replaceAll("'", "\\'")}'`;
  return `{${Object.entries(record).map(([k, v]) => `'${k}': ${value(v)}`).join(", ")}}`;
}

/** The tab between the parts of a batch line: CloudWatch shows AWS's as this text, and regular expressions expect it. */
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
