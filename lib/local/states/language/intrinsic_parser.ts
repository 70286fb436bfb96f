/** Parses calls of intrinsic functions: `States.Format('{} of {}', $.name, States.ArrayLength($.items))`. */
import type { Json } from "./asl.ts";
import { isPath } from "./paths.ts";

export type Expression =
  | { kind: "literal"; value: Json }
  | { kind: "path"; path: string }
  | { kind: "call"; name: string; args: Expression[] };

const NAME = /States\.\w+/uy;
/** Only these characters can be escaped. */
const QUOTED = /'(?:\\['\\{}]|[^'\\])*'/uy;
const WORD = /true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;

/** The limit of nested calls. */
const DEPTH_LIMIT = 10;

/** @throws SyntaxError with the position */
export function parseIntrinsic(text: string): Expression {
  let at = 0;

  const skip = () => {
    while (/\s/.test(text[at] ?? "")) at++;
  };
  const expect = (character: string) => {
    skip();
    if (text[at] !== character) throw new SyntaxError(`expected '${character}' at position ${at + 1}`);
    at++;
  };
  const token = (sticky: RegExp): string | undefined => {
    sticky.lastIndex = at;
    const found = sticky.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };

  const call = (depth: number): Expression => {
    if (depth > DEPTH_LIMIT) throw new SyntaxError(`calls nest deeper than ${DEPTH_LIMIT}`);
    const name = token(NAME);
    if (!name) throw new SyntaxError(`expected an intrinsic function at position ${at + 1}`);
    expect("(");
    const args: Expression[] = [];
    skip();
    if (text[at] !== ")") {
      args.push(argument(name, 0, depth));
      for (skip(); text[at] === ","; skip()) {
        at++;
        args.push(argument(name, args.length, depth));
      }
    }
    expect(")");
    return { kind: "call", name, args };
  };

  const argument = (name: string, index: number, depth: number): Expression => {
    skip();
    if (text[at] === "$") return { kind: "path", path: path() };
    if (text.startsWith("States.", at)) return call(depth + 1);
    const quoted = token(QUOTED);
    if (quoted !== undefined) {
      const raw = quoted.slice(1, -1);
      // States.Format handles escapes itself: in its template `\{` does not start a placeholder.
      const isTemplate = name === "States.Format" && index === 0;
      return { kind: "literal", value: isTemplate ? raw : raw.replace(/\\(.)/gu, "$1") };
    }
    const word = token(WORD);
    if (word === undefined) throw new SyntaxError(`expected a value at position ${at + 1}`);
    return { kind: "literal", value: JSON.parse(word) };
  };

  /** A path ends at the first comma or closing parenthesis outside its brackets and quotes. */
  const path = (): string => {
    const start = at;
    let open = 0;
    for (; at < text.length; at++) {
      const character = text[at]!;
      if (character === "'" || character === '"') {
        at = text.indexOf(character, at + 1);
        if (at < 0) throw new SyntaxError(`a quote is not closed after position ${start + 1}`);
      } else if (character === "[" || character === "(") open++;
      else if (open === 0 && (character === "," || character === ")")) break;
      else if (character === "]" || character === ")") open--;
    }
    const found = text.slice(start, at).trim();
    if (!isPath(found)) throw new SyntaxError(`'${found}' is not a valid JSONPath`);
    return found;
  };

  skip();
  const expression = call(1);
  skip();
  if (at < text.length) throw new SyntaxError(`unexpected text at position ${at + 1}`);
  return expression;
}
