/** Wildcards, in time that grows with the product of the two lengths and never beyond: a hostile pattern cannot hang. */

const MANY = 0;
const ONE = 1;

/** A pattern taken apart: characters, MANY for any run of them, ONE for any single one. */
export type Glob = readonly (string | typeof MANY | typeof ONE)[];

/** The characters as they are: no wildcard among them. */
export function literal(text: string): Glob {
  return text.split("");
}

/** @param one the wildcard for one character; without it `?` is an ordinary character */
export function glob(pattern: string, one?: "?"): Glob {
  return pattern.split("").map((character) => character === "*" ? MANY : character === one ? ONE : character);
}

/**
 * Whether a text is as a pattern says. Two positions walk along; after a mismatch only the last run of any
 * characters grows by one (the way of BSD's and Go's matchers).
 */
export function matchesGlob(pattern: Glob, text: string): boolean {
  let at = 0, place = 0;
  let run = -1, runEnd = 0; // the last MANY, and where in the text it ends
  while (at < text.length) {
    const wanted = pattern[place];
    if (wanted === MANY) {
      run = place++;
      runEnd = at;
    } else if (wanted === ONE || wanted === text[at]) {
      place++;
      at++;
    } else if (run >= 0) {
      place = run + 1;
      at = ++runEnd;
    } else return false;
  }
  while (pattern[place] === MANY) place++;
  return place === pattern.length;
}
