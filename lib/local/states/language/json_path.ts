/**
 * Paths that select any number of values: wildcards, `..`, slices, unions and filters. They are parsed by hand and
 * evaluated step by step, so that a hostile path ends at the state's limit of work.
 * Source: https://github.com/json-path/JsonPath#operators, which Step Functions uses
 */
import type { Json } from "./asl.ts";
import { type Filter, parseFilter, passes } from "./path_filters.ts";
import { member, type Segment, unescaped } from "./path_segments.ts";
import type { Work } from "./work.ts";

type Selector =
  | { readonly kind: "members"; readonly segments: readonly Segment[] }
  | { readonly kind: "all" }
  | { readonly kind: "slice"; readonly from?: number; readonly to?: number; readonly step: number }
  | { readonly kind: "filter"; readonly filter: Filter };

/** @property deep whether it selects from the values below as well (`..`) */
type Step = Selector & { readonly deep: boolean };

/** JSON nests no deeper. */
const STEPS_LIMIT = 1000;

const NAME = /(?:\\.|[^\s.[\]()*?,:@'"$~^`\\])+/uy;
const SPACE = /\s/;
const INDEX = /-?\d{1,15}/uy;
const QUOTED = /'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"/uy;

/** Parses a path that begins with `$`. @throws SyntaxError */
export function parsePath(path: string): Step[] {
  const steps: Step[] = [];
  const add = (step: Step) => {
    if (steps.push(step) > STEPS_LIMIT) throw new SyntaxError(`more than ${STEPS_LIMIT} steps`);
  };
  let at = 1;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(path) ?? undefined;
    if (match) at = pattern.lastIndex;
    return match;
  };
  const takes = (character: string): boolean => {
    while (SPACE.test(path[at] ?? "")) at++;
    if (path[at] !== character) return false;
    at++;
    return true;
  };
  const index = (): number | undefined => {
    while (SPACE.test(path[at] ?? "")) at++;
    const digits = take(INDEX)?.[0];
    return digits === undefined ? undefined : Number(digits);
  };
  const bracket = (): Selector => {
    if (takes("*")) return { kind: "all" };
    if (takes("?")) {
      const { filter, end } = parseFilter(path, at);
      at = end;
      return { kind: "filter", filter };
    }
    const first = index();
    if (takes(":")) {
      const to = index();
      const step = takes(":") ? index() ?? 1 : 1;
      if (step < 1) throw new SyntaxError("the step of a slice must be positive");
      return { kind: "slice", from: first, to, step };
    }
    const segments: Segment[] = [];
    for (let segment: Segment | undefined = first;; segment = index()) {
      segment ??= quoted();
      if (segment === undefined) throw unexpected(at + 1);
      segments.push(segment);
      if (!takes(",")) return { kind: "members", segments };
    }
  };
  const quoted = (): string | undefined => {
    const match = take(QUOTED);
    return match && unescaped((match[1] ?? match[2])!);
  };
  while (at < path.length) {
    const deep = path.startsWith("..", at);
    if (deep) at += 2;
    if (path[at] === "[") {
      at++;
      const selector = bracket();
      if (!takes("]")) throw unexpected(at + 1);
      add({ ...selector, deep });
      continue;
    }
    if (!deep && path[at++] !== ".") throw unexpected(at);
    if (path[at] === "*") {
      at++;
      add({ kind: "all", deep });
      continue;
    }
    const name = take(NAME)?.[0];
    if (name === undefined) throw unexpected(at + 1);
    add({ kind: "members", segments: [unescaped(name)], deep });
  }
  return steps;
}

/** All values at a path, in the order of the document. @throws EvaluationFailure when it takes too much work */
export function evaluate(steps: readonly Step[], root: Json, work: Work): Json[] {
  let values = [root];
  for (const step of steps) {
    const found: Json[] = [];
    const from = (value: Json) => {
      work.spend(1);
      if (typeof value !== "object" || value === null) return;
      selectFrom(step, value, root, work, found);
      if (!step.deep) return;
      if (Array.isArray(value)) { for (const below of value) from(below); }
      else for (const key of Object.keys(value)) from(value[key]!);
    };
    for (const value of values) from(value);
    values = found;
  }
  return values;
}

/** Appends to `found` what the selector selects from an array or object. */
function selectFrom(selector: Selector, value: Json & object, root: Json, work: Work, found: Json[]): void {
  switch (selector.kind) {
    case "members":
      for (const segment of selector.segments) {
        work.spend(1);
        const selected = member(value, segment);
        if (selected !== undefined) found.push(selected);
      }
      return;
    case "slice": {
      if (!Array.isArray(value)) return;
      const inside = value.slice(selector.from ?? 0, selector.to ?? value.length);
      work.spend(inside.length);
      for (let index = 0; index < inside.length; index += selector.step) found.push(inside[index]!);
      return;
    }
    default:
      for (const child of Array.isArray(value) ? value : Object.values(value)) {
        work.spend(1);
        if (selector.kind === "all" || passes(selector.filter, child, root, work)) found.push(child);
      }
  }
}

function unexpected(position: number): SyntaxError {
  return new SyntaxError(`unexpected text at position ${position}`);
}
