/** The layout of a state machine's picture. */
import { Graph as DagreGraph, layout } from "@dagrejs/dagre";
import { textWidth } from "../display/text_width.ts";
import type { Graph, GraphEdge, GraphNode } from "./model.ts";

export interface Point {
  x: number;
  y: number;
}

/** The lines of text on a state's card. */
export interface Card {
  name: string;
  caption: string;
  /** What happened in it; empty without a history. */
  outcome: string;
}

/** x and y are the upper left corner, relative to the node's graph. */
export interface PlacedNode extends Point {
  node: GraphNode;
  card: Card;
  width: number;
  height: number;
  /** The graphs inside a Map or Parallel state. */
  content: (Point & { graph: PlacedGraph })[];
}

export interface PlacedEdge {
  edge: GraphEdge;
  points: Point[];
  /** Shortened to the available space; x and y are its centre, on the line. */
  label?: Point & { text: string };
}

export interface PlacedGraph {
  width: number;
  height: number;
  nodes: PlacedNode[];
  edges: PlacedEdge[];
}

export const sizes = { name: 14, text: 11, padding: 12, line: 17, icon: 16, dot: 18 } as const;
const gap = 16;
const longestName = 44;
const longestLabel = 34;

/** A node's name for dagre, whose tables are objects: a state may be called "constructor". */
const key = (id: string) => `:${id}`;

/** Lays out a graph from top to bottom, after the graphs inside its Map and Parallel states, whose sizes it needs. */
export function placeGraph(
  graph: Graph,
  cardOf: (node: GraphNode) => Card,
): PlacedGraph {
  const placed = graph.nodes.map((node) => measure(node, cardOf));
  const dagre = new DagreGraph({ multigraph: true, directed: true });
  dagre.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 34, edgesep: 20, marginx: 2, marginy: 2 });
  for (const { node, width, height } of placed) dagre.setNode(key(node.id), { width, height });
  graph.edges.forEach(({ from, to, label }, index) => {
    const text = shorten(label, longestLabel);
    const size = text === ""
      ? {}
      : { width: textWidth(text, sizes.text) + 10, height: sizes.line, labelpos: "c" };
    dagre.setEdge(key(from), key(to), size, String(index));
  });
  layout(dagre);

  for (const one of placed) {
    const { x, y } = dagre.node(key(one.node.id)) as unknown as Point;
    [one.x, one.y] = [x - one.width / 2, y - one.height / 2];
  }
  const edges = graph.edges.map((edge, index): PlacedEdge => {
    const { points, x, y } = dagre.edge(key(edge.from), key(edge.to), String(index)) as unknown as Point & {
      points: Point[];
    };
    const text = shorten(edge.label, longestLabel);
    return { edge, points, ...(text !== "" && { label: { text, x, y } }) };
  });
  const { width = 0, height = 0 } = dagre.graph() as { width?: number; height?: number };
  return { width, height, nodes: placed, edges };
}

function measure(node: GraphNode, cardOf: (node: GraphNode) => Card): PlacedNode {
  const base = { node, x: 0, y: 0, content: [] };
  if (node.kind !== "state") {
    return { ...base, card: { name: "", caption: "", outcome: "" }, width: sizes.dot, height: sizes.dot };
  }
  const { name, caption, outcome } = cardOf(node);
  const card = { name: shorten(name, longestName), caption, outcome: shorten(outcome, longestName) };
  const { padding, line, icon } = sizes;
  const textsWidth = Math.max(
    textWidth(card.name, sizes.name, true),
    textWidth(card.caption, sizes.text),
    card.outcome === "" ? 0 : icon + textWidth(card.outcome, sizes.text),
  ) + 2 * padding;
  const textsHeight = 2 * padding + sizes.name + line + (card.outcome === "" ? 0 : line);
  if (node.content.length === 0) {
    return { ...base, card, width: Math.max(110, textsWidth), height: textsHeight };
  }
  const graphs = node.content.map((graph) => placeGraph(graph, cardOf));
  let offset = gap;
  const content = graphs.map((graph) => {
    const place = { graph, x: offset, y: textsHeight };
    offset += graph.width + gap;
    return place;
  });
  return {
    ...base,
    card,
    content,
    width: Math.max(textsWidth, offset),
    height: textsHeight + Math.max(...graphs.map(({ height }) => height)) + gap,
  };
}

/** Cuts text at `length` characters, with an ellipsis. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
