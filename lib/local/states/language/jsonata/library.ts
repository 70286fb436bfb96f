/**
 * The text of the npm library with its functions out of reach for expressions and their data. The library marks them by
 * members of plain objects (`_jsonata_function`), which an object of the input can have too, and which the transform
 * operator (`~> |…|…|`) can write to: from there on JavaScript's own functions could be called. Here the marks and the
 * implementation are symbols, which neither JSON nor an expression can name; a function has no members to list; and what a
 * transform matches must not be a function.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The symbols, in the scope in which the text is evaluated. */
const SYMBOLS = `
  const lambdaMark = Symbol("lambda"), functionMark = Symbol("function"), implementationOf = Symbol("implementation");
  const withoutMembers = (made) => {
    for (const name of Object.keys(made)) Object.defineProperty(made, name, { enumerable: false });
    return made;
  };
`;

/** What is replaced, by what, and how often it is found in version 2.0.6, comments included. */
const CHANGES: readonly [pattern: RegExp, replacement: string, count: number][] = [
  [/\._jsonata_(lambda|function)\b/g, "[$1Mark]", 5],
  [/\b_jsonata_(lambda|function):/g, "[$1Mark]:", 3],
  [/\.implementation\b/g, "[implementationOf]", 5],
  [/\bimplementation:/g, "[implementationOf]:", 2],
  [/\breturn (procedure|definition);/g, "return withoutMembers($1);", 3],
  [/if \(match && \(match\.isPrototypeOf/g, "if (isFunction(match) || match && (match.isPrototypeOf", 1],
];

/** @throws Error when the library is another than the one that is known */
export function confinedLibrary(): string {
  const text = readFileSync(fileURLToPath(import.meta.resolve("jsonata")), "utf8");
  return CHANGES.reduce((changed, [pattern, replacement, count]) => {
    const found = changed.match(pattern)?.length ?? 0;
    if (found !== count) throw new Error(`The library jsonata has ${found} × ${pattern}, not ${count}.`);
    return changed.replace(pattern, replacement);
  }, SYMBOLS + text);
}
