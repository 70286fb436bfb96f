/** JSON that users hand over as text, with AWS's words for what is wrong with it. */

/** Levels of arrays and objects that AWS's JSON parser (Jackson) takes. */
const DEPTH_LIMIT = 1000;

/** @throws SyntaxError worded as Jackson words the commonest mistakes. */
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

/** How deep a valid JSON text nests. */
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
