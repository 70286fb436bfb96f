/** Patterns with `*` and `?` and the variables `${…}` of policies. */

/** Condition keys, in lower case, with the request's values. */
export type Context = ReadonlyMap<string, string>;

const VARIABLE = /\$\{([^}]*)\}/;
const MAX_CACHED = 2000;
const cached = new Map<string, RegExp>();

/**
 * Whether a text is as a pattern says: `*` stands for any characters, `?` for one.
 * @param context values for variables; absent where they have no meaning. A variable without a value matches nothing.
 */
export function matchesPattern(pattern: string, text: string, context?: Context, flags = "s"): boolean {
  if (pattern === "*") return true;
  if (!context || !VARIABLE.test(pattern)) {
    const key = flags + pattern;
    let expression = cached.get(key);
    if (!expression) {
      if (cached.size >= MAX_CACHED) cached.clear();
      cached.set(key, expression = new RegExp(`^${wildcards(pattern)}$`, flags));
    }
    return expression.test(text);
  }
  const parts = pattern.split(new RegExp(VARIABLE, "g"));
  const values = parts.map((part, index) => index % 2 === 0 ? wildcards(part) : valueOf(part, context));
  if (values.includes(undefined)) return false;
  const source = values.map((value, index) => index % 2 === 0 ? value : RegExp.escape(value!)).join("");
  return new RegExp(`^${source}$`, flags).test(text);
}

/** The text with its variables replaced; absent when one has no value. */
export function substitute(text: string, context?: Context): string | undefined {
  if (!context || !VARIABLE.test(text)) return text;
  const parts = text.split(new RegExp(VARIABLE, "g"))
    .map((part, index) => index % 2 === 0 ? part : valueOf(part, context));
  return parts.includes(undefined) ? undefined : parts.join("");
}

/** `${*}`, `${?}` and `${$}` are the characters themselves; `${key, 'default'}` has a value always. */
function valueOf(variable: string, context: Context): string | undefined {
  if (["*", "?", "$"].includes(variable)) return variable;
  const [, key = "", otherwise] = /^\s*([^,]*?)\s*(?:,\s*'(.*)')?\s*$/s.exec(variable) ?? [];
  return context.get(key.toLowerCase()) ?? otherwise;
}

function wildcards(pattern: string): string {
  return pattern.split(/([*?])/).map((part) => part === "*" ? ".*" : part === "?" ? "." : RegExp.escape(part))
    .join("");
}
