/** Wildcard matching in O(pattern × text) time, so that a hostile pattern cannot hang the server. */

const MANY = 0;
const ONE = 1;

/** A parsed pattern: characters, MANY for any run of them (`*`), ONE for any single character (`?`). */
export type Glob = readonly (string | typeof MANY | typeof ONE)[];

/** A pattern without wildcards, which matches exactly `text`. */
export function literal(text: string): Glob {
  return text.split("");
}

/** @param one the wildcard for one character; without it `?` is an ordinary character */
export function glob(pattern: string, one?: "?"): Glob {
  return pattern.split("").map((character) => character === "*" ? MANY : character === one ? ONE : character);
}

/**
 * Whether the pattern matches the whole text. On a mismatch only the last `*` is extended by one character, as in
 * BSD's and Go's matchers.
 * @param work told of every character that is compared again; may throw to end it
 */
export function matchesGlob(
  pattern: Glob,
  text: string,
  work?: { spend(characters: number): void },
): boolean {
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
      work?.spend(place - run);
      place = run + 1;
      at = ++runEnd;
    } else return false;
  }
  while (pattern[place] === MANY) place++;
  return place === pattern.length;
}
