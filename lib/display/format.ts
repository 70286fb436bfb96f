/** Numbers, durations and counts as text, for displays, charts, reports and the terminal. */

/** Escapes text for HTML, in elements and in quoted attributes. */
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

/** Counts without those that are 0: `1,203 sent, 2 removed`; empty if all are 0. */
export function formatCounts(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.map(([what, count]) => formatAmount(count, what)).join(", ");
}

/** Progress: `450/1,200 files`, or `450 files` if the total is unknown. */
export function formatDone(done: number, total: number | undefined, unit = ""): string {
  if (total === undefined) return formatAmount(done, unit);
  if (unit === "bytes") return `${formatAmount(done, unit)} of ${formatAmount(total, unit)}`;
  return `${formatAmount(done)}/${formatAmount(total, unit)}`;
}

/** A share as `92.5%` or `90%`. Only a share of 1 becomes 100%, and only a share of 0 becomes 0%. */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return "under 0.1%";
  if (share > 0.999 && share < 1) return "over 99.9%";
  return `${Number((share * 100).toFixed(1))}%`;
}

/** `no pictures`, `1 picture`, `1,200 pictures`. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  if (count === 1) return `1 ${noun}`;
  return `${count === 0 ? "no" : count.toLocaleString("en-US")} ${plural}`;
}

/** `all 40 answers`, `35 of 40 answers`, `none of 40 answers`; `the one answer` if there is only one. */
export function partOf(part: number, total: number, noun: string): string {
  if (part === total) return total === 1 ? `the one ${noun}` : `all ${countOf(total, noun)}`;
  return `${part === 0 ? "none" : part.toLocaleString("en-US")} of ${countOf(total, noun)}`;
}

/** A confidence with enough digits to tell it from 1: `0.97`, `0.9996`, `1`. */
export function confidenceText(confidence: number): string {
  if (confidence >= 1) return "1";
  const digits = [2, 3, 4, 5, 6].find((digits) => Number(confidence.toFixed(digits)) < 1);
  return digits === undefined ? "1" : confidence.toFixed(digits);
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** The sentence with its first letter in upper case. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A class's name as people write it: `pickup truck` for CIFAR-100's `pickup_truck`. */
export function labelText(className: string): string {
  return className.replaceAll("_", " ");
}
