/** JSON that users hand over as text, with AWS's words for what is wrong with it. */

/** @throws SyntaxError worded as AWS's JSON parser (Jackson) words the commonest mistakes. */
export function parseUserJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(jacksonMessage(text) ?? (error as Error).message);
  }
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
