/** Where the statements of a policy stand in its text, as IAM's simulator says it. */

interface Position {
  readonly Line: number;
  readonly Column: number;
}

export interface Span {
  readonly StartPosition: Position;
  readonly EndPosition: Position;
}

/**
 * The statements' places, in their order, as AWS counts them (its answers in public issues show it): lines and columns from
 * 1, beginning behind the bracket, comma or colon before the statement, and ending behind its last brace.
 * @param text valid JSON, in which the statements are the only objects directly below the document
 */
export function statementSpans(text: string): Span[] {
  const spans: Span[] = [];
  let depth = 0, inString = false, line = 1, lineStart = 0;
  let start: Position | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    const position = (behind: number): Position => ({ Line: line, Column: at + behind - lineStart + 1 });
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "\n") [line, lineStart] = [line + 1, at + 1];
    else if (depth === 1 && "[,:".includes(character!)) start = position(1);
    else if (character === "{") depth++;
    else if (character === "}" && depth-- === 2) {
      spans.push({ StartPosition: start!, EndPosition: position(1) });
    }
  }
  return spans;
}
