/** A state machine's definition as a graph: its states, and the transitions between them. */

/** A definition in Amazon States Language: the parts that this project reads. */
export interface Definition {
  Comment?: string;
  StartAt: string;
  States: Record<string, { Type: string; [field: string]: unknown }>;
}

export type State = Definition["States"][string];

export interface GraphNode {
  id: string;
  kind: "start" | "end" | "state";
  /** The definition of a state; undefined for start and end. */
  state?: State;
  /** The branches of a Parallel state, or the processor of a Map. */
  content: Graph[];
}

export interface GraphEdge {
  from: string;
  to: string;
  kind: "next" | "choice" | "catch";
  /** The condition or errors on which it is taken; empty for a plain Next. */
  label: string;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** Cannot be the names of states, which have no control characters. */
export const startId = "\u0001start";
export const endId = "\u0001end";

/**
 * The graph of a definition in Amazon States Language (https://states-language.net).
 * @throws Error for a transition to a state that does not exist, naming both
 */
export function stateGraph(definition: Pick<Definition, "StartAt" | "States">, inner = false): Graph {
  const nodes: GraphNode[] = Object.entries(definition.States).map(([id, state]) => ({
    id,
    kind: "state",
    state,
    content: contentOf(state).map((content) => stateGraph(content, true)),
  }));
  const edges = Object.entries(definition.States).flatMap(([name, state]) => edgesOf(name, state));
  // Inside a Map or Parallel state there are no dots for start and end.
  if (!inner) {
    nodes.unshift({ id: startId, kind: "start", content: [] });
    nodes.push({ id: endId, kind: "end", content: [] });
    edges.unshift({ from: startId, to: definition.StartAt, kind: "next", label: "" });
  }
  const kept = edges.filter(({ to }) => !inner || to !== endId);
  for (const { from, to } of kept) {
    if (to === endId || Object.hasOwn(definition.States, to)) continue;
    const origin = from === startId ? "StartAt" : `State "${from}"`;
    throw new Error(`${origin} leads to "${to}", but there is no state of that name.`);
  }
  return { nodes, edges: kept };
}

function contentOf(state: State): Definition[] {
  if (state.Type === "Parallel") return (state.Branches ?? []) as Definition[];
  if (state.Type === "Map") return [state.ItemProcessor ?? state.Iterator].filter(Boolean) as Definition[];
  return [];
}

type Rule = Record<string, unknown>;

function edgesOf(from: string, state: State): GraphEdge[] {
  const edges: GraphEdge[] = [];
  if (state.Type === "Choice") {
    for (const rule of state.Choices as Rule[]) {
      edges.push({ from, to: String(rule.Next), kind: "choice", label: ruleText(rule) });
    }
    if (state.Default !== undefined) {
      edges.push({ from, to: String(state.Default), kind: "choice", label: "otherwise" });
    }
  } else {
    const next = state.Next === undefined ? endId : String(state.Next);
    edges.push({ from, to: next, kind: "next", label: "" });
  }
  for (const { Next, ErrorEquals } of (state.Catch ?? []) as { Next: string; ErrorEquals: string[] }[]) {
    edges.push({ from, to: Next, kind: "catch", label: ErrorEquals.join(", ") });
  }
  return edges;
}

const comparisons: [RegExp, string][] = [
  [/^(String|Numeric|Timestamp)LessThanEquals(Path)?$/, "≤"],
  [/^(String|Numeric|Timestamp)GreaterThanEquals(Path)?$/, "≥"],
  [/^(String|Numeric|Timestamp)LessThan(Path)?$/, "<"],
  [/^(String|Numeric|Timestamp)GreaterThan(Path)?$/, ">"],
  [/^(String|Numeric|Timestamp|Boolean)Equals(Path)?$/, "="],
  [/^StringMatches$/, "matches"],
];

/** The rule of a Choice state in short: `$.confidence ≥ 0.8`. */
export function ruleText(rule: Rule): string {
  if (typeof rule.Condition === "string") return rule.Condition.replace(/^\{%\s*|\s*%\}$/g, "");
  if (Array.isArray(rule.And)) return rule.And.map((part) => ruleText(part)).join(" and ");
  if (Array.isArray(rule.Or)) return rule.Or.map((part) => ruleText(part)).join(" or ");
  if (rule.Not !== undefined) return `not (${ruleText(rule.Not as Rule)})`;
  const variable = String(rule.Variable);
  for (const [operator, value] of Object.entries(rule)) {
    const sign = comparisons.find(([pattern]) => pattern.test(operator))?.[1];
    if (sign) return `${variable} ${sign} ${typeof value === "string" ? value : JSON.stringify(value)}`;
    const test = operator.match(/^Is([A-Z]\w+)$/)?.[1];
    if (test) return `${variable} is ${value === false ? "not " : ""}${test.toLowerCase()}`;
  }
  return variable;
}

/** What a state does, in a few words: `Task · lambda:invoke`. */
export function stateCaption(state: State): string {
  const { Type, Resource } = state;
  if (Type === "Task" && typeof Resource === "string") {
    const service = Resource.match(/^arn:[^:]+:states:[^:]*:[^:]*:(.+)$/)?.[1];
    const name = Resource.match(/:(?:function|activity):(.+)$/)?.[1];
    return `Task · ${service ?? name ?? Resource}`;
  }
  if (Type === "Wait" && state.Seconds !== undefined) return `Wait · ${state.Seconds} s`;
  if (Type === "Map") {
    const processor = state.ItemProcessor as { ProcessorConfig?: { Mode?: string } } | undefined;
    return processor?.ProcessorConfig?.Mode === "DISTRIBUTED" ? "Map · distributed" : "Map · each item";
  }
  return Type;
}
