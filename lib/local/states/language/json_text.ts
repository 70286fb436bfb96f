/** Parses JSON texts of users, with AWS's error messages. */

/** The limit of nested arrays and objects in AWS's JSON parser (Jackson). */
const DEPTH_LIMIT = 1000;

/** @throws SyntaxError, for common mistakes in Jackson's wording */
export function parseUserJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(jacksonMessage(text) ?? (error as Error).message);
  }
  if (depth(text) <= DEPTH_LIMIT) return value;
  throw new SyntaxError(
    `Document nesting depth (${DEPTH_LIMIT + 1}) exceeds the maximum allowed (${DEPTH_LIMIT})`,
  );
}

/** The levels of nesting in a valid JSON text. */
function depth(text: string): number {
  let now = 0, most = 0, isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (isQuoted && mark === "\\") at++;
    else if (mark === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (mark === "[" || mark === "{") most = Math.max(most, ++now);
    else if (mark === "]" || mark === "}") now--;
  }
  return most;
}

function jacksonMessage(text: string): string | undefined {
  const start = text.trimStart();
  const token = start.match(/^[\p{L}_$][\p{L}\p{N}_$]*/u)?.[0];
  if (token && !["true", "false", "null"].includes(token)) {
    return `Unrecognized token '${token}': was expecting ` +
      "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
  }
  const name = start.match(/^\{\s*([^\s"}])/u)?.[1];
  if (name) {
    return `Unexpected character ('${name}' (code ${name.codePointAt(0)})): ` +
      "was expecting double-quote to start field name";
  }
  return undefined;
}
