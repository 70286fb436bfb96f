/** Numbers in words and titles. */

/** A share as `92.5%` or `90%`. What is less than all never reads 100%, nor what is more than nothing 0%. */
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

/** `all 40 answers`, `35 of 40 answers`, `none of 40 answers`; `the one answer` if there is but one. */
export function partOf(part: number, total: number, noun: string): string {
  if (part === total) return total === 1 ? `the one ${noun}` : `all ${countOf(total, noun)}`;
  return `${part === 0 ? "none" : part.toLocaleString("en-US")} of ${countOf(total, noun)}`;
}

/** A confidence with as many digits as tell it from 1: `0.97`, `0.9996`, `1`. */
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

/** The middle value, or the mean of the two in the middle; undefined for none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
