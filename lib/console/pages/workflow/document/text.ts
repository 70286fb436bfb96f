/**
 * A definition and its text. What an edit leaves alone keeps the layout, the numbers and the order that its author gave it:
 * definitions share unchanged objects, and each object remembers its piece of the text that it was read from.
 */
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { isObject, type Machine } from "./asl.ts";

interface Source {
  text: string;
  /** Of the line on which it begins. */
  indent: string;
}

const sources = new WeakMap<object, Source>();

export interface SyntaxProblem {
  message: string;
  /** In the text. */
  offset: number;
}

/** Reads a text; a problem when it is no JSON object. */
export function readText(text: string): { machine: Machine } | { problem: SyntaxProblem } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const errors: ParseError[] = [];
    parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
    const { error = 1, offset = 0 } = errors[0] ?? {};
    const words = printParseErrorCode(error).replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
    return { problem: { message: `This is not JSON yet: ${words}.`, offset } };
  }
  if (!isObject(value)) return { problem: { message: "A state machine is a JSON object.", offset: 0 } };
  const tree = parseTree(text);
  if (tree) remember(value, tree, text);
  return { machine: value };
}

function remember(value: unknown, node: Node, text: string): void {
  if (typeof value !== "object" || value === null) return;
  const piece = text.slice(node.offset, node.offset + node.length);
  const lineStart = text.lastIndexOf("\n", node.offset) + 1;
  sources.set(value, { text: piece, indent: text.slice(lineStart).match(/^[ \t]*/)![0] });
  for (const [index, child] of (node.children ?? []).entries()) {
    if (node.type === "array") remember((value as unknown[])[index], child, text);
    else {
      const [key, inner] = child.children!;
      // Of a key that is there twice, the last one counts.
      if (inner) remember((value as Record<string, unknown>)[key!.value], inner, text);
    }
  }
}

/** Lines up to this length hold a whole object or array, as the formatter of this project writes them. */
const WIDTH = 100;

/** The text of a definition; what comes from a text is written as it was there. */
export function writeText(machine: Machine): string {
  const source = sources.get(machine);
  return `${source ? source.text : write(machine, "")}\n`;
}

function write(value: unknown, indent: string, used = indent.length): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const source = sources.get(value);
  if (source) return reindented(source, indent);
  const isList = Array.isArray(value);
  const entries: [string, unknown][] = isList
    ? value.map((item) => ["", item])
    : Object.entries(value).map(([key, item]) => [`${JSON.stringify(key)}: `, item]);
  const [open, close] = isList ? "[]" : "{}";
  if (entries.length === 0) return `${open}${close}`;
  const inner = `${indent}  `;
  const lines = entries.map(([key, item]) => key + write(item, inner, inner.length + key.length));
  const line = isList ? `[${lines.join(", ")}]` : `{ ${lines.join(", ")} }`;
  const isPlain = entries.every(([, item]) => typeof item !== "object" || item === null || isEmpty(item));
  if (isPlain && used + line.length <= WIDTH && (isList || entries.length <= 2)) return line;
  return `${open}\n${inner}${lines.join(`,\n${inner}`)}\n${indent}${close}`;
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function reindented({ text, indent: from }: Source, to: string): string {
  if (from === to || !text.includes("\n")) return text;
  return text.split("\n").map((line, index) => {
    if (index === 0) return line;
    return line.startsWith(from) ? to + line.slice(from.length) : line;
  }).join("\n");
}
