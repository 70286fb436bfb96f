/** Small pieces of text that displays, reports and the terminal share. */

/** Text made safe for HTML, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A duration as `38 ms`, `0.4 s`, `31 s`, `2 min 5 s` or `1 h 3 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.0995) return `${Math.round(1000 * seconds)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
}

/** A number with its unit; a number of `bytes` in kB (1,000 bytes) or MB. */
export function formatAmount(amount: number, unit = ""): string {
  if (unit === "bytes") {
    return amount < 1e6 ? `${Math.round(amount / 1e3)} kB` : `${(amount / 1e6).toFixed(1)} MB`;
  }
  return `${amount.toLocaleString("en-US")} ${unit}`.trimEnd();
}

/** How many of what, without what there is none of: `1,203 sent, 2 removed`; empty when all are 0. */
export function formatCounts(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([what, count]) => formatAmount(count, what)).join(", ");
}

/** How far something is: `450/1,200 files`, or `450 files` when the total is not known. */
export function formatDone(done: number, total: number | undefined, unit = ""): string {
  if (total === undefined) return formatAmount(done, unit);
  if (unit === "bytes") return `${formatAmount(done, unit)} of ${formatAmount(total, unit)}`;
  return `${formatAmount(done)}/${formatAmount(total, unit)}`;
}
