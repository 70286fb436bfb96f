/**
 * Filters of paths, `[?(@.price < 10 && @.kind == 'book')]`: comparisons of members with each other and with numbers,
 * strings, true, false and null; the existence of a member; `&&`, `||`, `!` and parentheses.
 */
import type { Json } from "./asl.ts";
import { member, readSegments, type Segment } from "./path_segments.ts";
import type { Work } from "./work.ts";

type Operand =
  | { readonly kind: "path"; readonly fromRoot: boolean; readonly segments: readonly Segment[] }
  | { readonly kind: "literal"; readonly value: Json };

export type Filter =
  | { readonly kind: "or" | "and"; readonly parts: readonly Filter[] }
  | { readonly kind: "not"; readonly part: Filter }
  | { readonly kind: "exists"; readonly operand: Operand }
  | { readonly kind: "compare"; readonly operator: string; readonly left: Operand; readonly right: Operand };

/** The limit of nested parentheses and negations. */
const DEPTH_LIMIT = 100;

/** Like a path's segments, but operators end a name. */
const SEGMENT =
  /\.((?:\\.|[^\s.[\]()*?,:@'"$~^`\\=<>!&|+/%])+)|\[(-?\d{1,15})\]|\['((?:\\.|[^'\\])*)'\]|\["((?:\\.|[^"\\])*)"\]/uy;
const OPERATOR = /\s*(===?|!==?|<=?|>=?)/uy;
const LITERAL =
  /(true|false|null|-?\d{1,300}(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?)(?![\w.])|'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"/uy;

/** Parses the filter after the `?`. @returns `end`: the position after it @throws SyntaxError */
export function parseFilter(path: string, start: number): { filter: Filter; end: number } {
  let at = start;
  const skip = () => {
    while (/\s/.test(path[at] ?? "")) at++;
  };
  const takes = (text: string): boolean => {
    skip();
    if (!path.startsWith(text, at)) return false;
    at += text.length;
    return true;
  };
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(path) ?? undefined;
    if (match) at = pattern.lastIndex;
    return match;
  };
  const joined = (kind: "or" | "and", sign: string, part: () => Filter): Filter => {
    const parts = [part()];
    while (takes(sign)) parts.push(part());
    return parts.length === 1 ? parts[0]! : { kind, parts };
  };
  const anyOf = (depth: number): Filter => joined("or", "||", () => joined("and", "&&", () => one(depth)));
  const one = (depth: number): Filter => {
    if (depth > DEPTH_LIMIT) throw new SyntaxError(`a filter nests deeper than ${DEPTH_LIMIT}`);
    if (takes("!")) return { kind: "not", part: one(depth + 1) };
    if (takes("(")) {
      const filter = anyOf(depth + 1);
      if (!takes(")")) throw new SyntaxError(`expected ')' at position ${at + 1}`);
      return filter;
    }
    const left = operand();
    const operator = take(OPERATOR)?.[1];
    if (operator !== undefined) return { kind: "compare", operator, left, right: operand() };
    if (left.kind === "path") return { kind: "exists", operand: left };
    throw new SyntaxError(`expected a comparison at position ${at + 1}`);
  };
  const operand = (): Operand => {
    skip();
    const sign = path[at];
    if (sign === "@" || sign === "$") {
      const { segments, end } = readSegments(path, at + 1, SEGMENT);
      at = end;
      return { kind: "path", fromRoot: sign === "$", segments };
    }
    const literal = take(LITERAL);
    if (!literal) throw new SyntaxError(`expected a value at position ${at + 1}`);
    const [, word, single, double] = literal;
    const value = word === undefined ? (single ?? double)!.replace(/\\(.)/gsu, "$1") : JSON.parse(word);
    return { kind: "literal", value };
  };
  // The parentheses around the filter belong to the language.
  if (!takes("(")) throw new SyntaxError(`expected '(' at position ${at + 1}`);
  const filter = anyOf(1);
  if (!takes(")")) throw new SyntaxError(`expected ')' at position ${at + 1}`);
  skip();
  return { filter, end: at };
}

/** Whether a value (`@`) passes the filter. */
export function passes(filter: Filter, value: Json, root: Json, work: Work): boolean {
  const valueOf = (operand: Operand): Json | undefined => {
    if (operand.kind === "literal") return operand.value;
    work.spend(operand.segments.length);
    return operand.segments.reduce<Json | undefined>(member, operand.fromRoot ? root : value);
  };
  const test = (filter: Filter): boolean => {
    work.spend(1);
    switch (filter.kind) {
      case "or":
        return filter.parts.some(test);
      case "and":
        return filter.parts.every(test);
      case "not":
        return !test(filter.part);
      case "exists":
        return valueOf(filter.operand) !== undefined;
      case "compare":
        return compare(filter.operator, valueOf(filter.left), valueOf(filter.right), work);
    }
  };
  return test(filter);
}

/** Numbers compare with numbers (a text can be one), texts with texts; other values are equal or not. */
function compare(operator: string, left: Json | undefined, right: Json | undefined, work: Work): boolean {
  if (typeof left === "string" && typeof right === "string") {
    work.spendText(Math.min(left.length, right.length));
  }
  const [a, b] = typeof left === "number" || typeof right === "number"
    ? [asNumber(left), asNumber(right)]
    : [left, right];
  if (operator.startsWith("==")) return a === b && a !== undefined;
  if (operator.startsWith("!=")) return a !== b;
  if (typeof a !== typeof b || (typeof a !== "number" && typeof a !== "string")) return false;
  if (operator === "<") return a < b!;
  if (operator === "<=") return a <= b!;
  return operator === ">" ? a > b! : a >= b!;
}

function asNumber(value: Json | undefined): Json | undefined {
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}
