/** Policy patterns with the wildcards `*` and `?` and with policy variables, `${…}`. */
import { type Glob, glob, literal, matchesGlob } from "../glob.ts";

/** The request's values by condition key in lower case. */
export type Context = ReadonlyMap<string, string>;

const VARIABLE = /\$\{([^}]*)\}/;
const MAX_CACHED = 2000;
const cached = new Map<string, Glob>();

/**
 * Whether the pattern matches the text: `*` any characters, `?` a single one.
 * @param context values of variables; without it `${…}` is plain text. A variable without a value matches nothing.
 */
export function matchesPattern(pattern: string, text: string, context?: Context): boolean {
  if (pattern === "*") return true;
  if (!context || !VARIABLE.test(pattern)) return matchesGlob(wildcards(pattern), text);
  const parts = pattern.split(new RegExp(VARIABLE, "g"));
  const values = parts.map((part, index) => index % 2 === 0 ? part : valueOf(part, context));
  if (values.includes(undefined)) return false;
  return matchesGlob(
    // Wildcards in a variable's value are plain characters.
    values.flatMap((value, index) => index % 2 === 0 ? wildcards(value!) : literal(value!)),
    text,
  );
}

/** The text with its variables replaced; undefined when one has no value. */
export function substitute(text: string, context?: Context): string | undefined {
  if (!context || !VARIABLE.test(text)) return text;
  const parts = text.split(new RegExp(VARIABLE, "g"))
    .map((part, index) => index % 2 === 0 ? part : valueOf(part, context));
  return parts.includes(undefined) ? undefined : parts.join("");
}

/** `${*}`, `${?}` and `${$}` are the characters themselves; `${key, 'default'}` always has a value. */
function valueOf(variable: string, context: Context): string | undefined {
  if (["*", "?", "$"].includes(variable)) return variable;
  const comma = variable.indexOf(",");
  const key = (comma < 0 ? variable : variable.slice(0, comma)).trim();
  const otherwise = comma < 0 ? undefined : /^'(.*)'$/s.exec(variable.slice(comma + 1).trim())?.[1];
  return context.get(key.toLowerCase()) ?? otherwise;
}

function wildcards(pattern: string): Glob {
  let found = cached.get(pattern);
  if (!found) {
    if (cached.size >= MAX_CACHED) cached.clear();
    cached.set(pattern, found = glob(pattern, "?"));
  }
  return found;
}
