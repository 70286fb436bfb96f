/** The layout as React Flow's nodes and edges. */
import type { Edge, Node } from "@xyflow/react";
import type { StateStatus } from "../../../../graph/history.ts";
import { idOf, machineOf, type Path, pathOf } from "../document/asl.ts";
import type { CanvasParts, Card } from "../document/canvas_parts.ts";
import { type Direction, DOT } from "../document/layout.ts";
import type { CardNode, DotNode, EmptyNode } from "./state_card.tsx";
import type { LineEdge } from "./transition_line.tsx";

export type CanvasNode = CardNode | DotNode | EmptyNode;

export interface Marks {
  direction: Direction;
  selection: ReadonlySet<string>;
  line?: string;
  /** Ids of states that the search has found. */
  found: ReadonlySet<string>;
  /** The number of problems by the id of their state. */
  problems: ReadonlyMap<string, number>;
  /** By name; undefined when no execution is shown. */
  statuses?: ReadonlyMap<string, StateStatus>;
  /** The transition that something is about to be dropped on. */
  target?: string;
  onToggle(id: string): void;
}

/** Which cards contain a card, or a dot: the id of the state that holds its machine. */
function parentOf(path: Path): string | undefined {
  const machine = machineOf(path);
  if (machine.length === 0) return undefined;
  return idOf(
    machine.slice(0, machine.at(-1) === "ItemProcessor" || machine.at(-1) === "Iterator" ? -1 : -2),
  );
}

export function canvasNodes(
  parts: CanvasParts,
  marks: Marks,
  before: ReadonlyMap<string, CanvasNode>,
): CanvasNode[] {
  const cards = new Map(parts.cards.map((card) => [card.id, card]));
  const place = (path: Path, { x, y }: { x: number; y: number }) => {
    const parentId = parentOf(path);
    const parent = parentId === undefined ? undefined : cards.get(parentId);
    return {
      position: { x: x - (parent?.x ?? 0), y: y - (parent?.y ?? 0) },
      ...parent && { parentId: parent.id },
    };
  };
  const sized = (width: number, height: number) => ({ width, height, measured: { width, height } });
  const nodes: CanvasNode[] = [];
  for (const card of parts.cards) {
    nodes.push(same(before, {
      id: card.id,
      type: "card",
      ...place(card.path, card),
      ...sized(card.width, card.height),
      selected: marks.selection.has(card.id),
      zIndex: card.depth,
      handles: handlesOf(card, marks.direction),
      data: cardData(card, marks),
    }));
  }
  for (const dot of parts.dots) {
    // Dots lie inside their machine: the path is that of any of its states.
    const path = [...pathOf(dot.id).slice(0, -1), "States", ""];
    nodes.push(same(before, {
      id: dot.id,
      type: "dot",
      ...place(path, dot),
      ...sized(DOT, DOT),
      draggable: false,
      handles: handlesOf({ width: DOT, height: DOT }, marks.direction),
      data: { kind: dot.kind },
    }));
  }
  for (const empty of parts.empty) {
    nodes.push(same(before, {
      id: empty.id,
      type: "empty",
      ...place(empty.transition, empty),
      ...sized(empty.width, empty.height),
      draggable: false,
      handles: handlesOf(empty, marks.direction),
      data: { isTarget: marks.target === idOf(empty.transition) },
    }));
  }
  return nodes;
}

function cardData(card: Card, { direction, found, problems, statuses, onToggle }: Marks): CardNode["data"] {
  const { id, name, state, isContainer } = card;
  return {
    name,
    state,
    isContainer,
    isFound: found.has(id),
    direction,
    problems: problems.get(id) ?? 0,
    status: statuses && (statuses.get(name) ?? "notReached"),
    onToggle,
  };
}

/** The same object where nothing changed, so that React Flow does not draw it again. */
function same<T extends CanvasNode>(before: ReadonlyMap<string, CanvasNode>, node: T): T {
  const old = before.get(node.id) as T | undefined;
  if (!old) return node;
  const isSame = old.position.x === node.position.x && old.position.y === node.position.y &&
    old.width === node.width && old.height === node.height && old.selected === node.selected &&
    old.parentId === node.parentId && equalFields(old.data, node.data);
  return isSame ? old : node;
}

function equalFields(a: object, b: object): boolean {
  return Object.entries(b).every(([key, value]) => Object.is((a as Record<string, unknown>)[key], value));
}

/** Where lines may begin and end, so that React Flow need not measure a thousand cards. */
function handlesOf(
  { width, height }: { width: number; height: number },
  direction: Direction,
): Node["handles"] {
  const down = direction === "TB";
  const size = { width: 8, height: 8 };
  const [top, bottom, left, right] = [
    { x: width / 2 - 4, y: -4, position: "top" },
    { x: width / 2 - 4, y: height - 4, position: "bottom" },
    { x: -4, y: height / 2 - 4, position: "left" },
    { x: width - 4, y: height / 2 - 4, position: "right" },
  ];
  return [
    { ...(down ? top! : left!), ...size, id: "in", type: "target" },
    { ...(down ? bottom! : right!), ...size, id: "next", type: "source" },
    { ...(down ? right! : bottom!), ...size, id: "catch", type: "source" },
  ] as Node["handles"];
}

const MARKER = { type: "arrowclosed", width: 16, height: 16 } as Edge["markerEnd"];

export function canvasEdges(
  parts: CanvasParts,
  marks: Marks,
  before: ReadonlyMap<string, LineEdge>,
): LineEdge[] {
  return parts.lines.map(({ id, kind, from, to, source, target, points, label, depth }) => {
    const statuses = marks.statuses;
    const isTaken = statuses && isReached(statuses, from) && (to === undefined || isReached(statuses, to));
    const edge: LineEdge = {
      id,
      type: "line",
      source,
      sourceHandle: kind === "catch" ? "catch" : "next",
      target,
      targetHandle: "in",
      selected: marks.line === id,
      zIndex: depth,
      markerEnd: MARKER,
      reconnectable: "target",
      data: { kind, points, label, isTarget: marks.target === id, isTaken },
    };
    const old = before.get(id);
    const isSame = old && old.source === edge.source && old.target === edge.target &&
      old.selected === edge.selected && equalFields(old.data!, edge.data!);
    return isSame ? old : edge;
  });
}

function isReached(statuses: ReadonlyMap<string, StateStatus>, name: string | undefined): boolean {
  return name === undefined || statuses.has(name);
}

/** The number of problems by the id of the state that they are in. */
export function countByState(paths: readonly (Path | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) {
    if (path === undefined) continue;
    const id = idOf(path);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
