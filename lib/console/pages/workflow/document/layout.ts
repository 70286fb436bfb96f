/** The places of cards and lines, machine inside machine. What did not change is not laid out again. */
import { Graph, layout } from "@dagrejs/dagre";
import { textWidth } from "../../../../display/text_width.ts";
import { shorten } from "../../../../graph/layout.ts";
import {
  idOf,
  isWithin,
  type Machine,
  machinePathsIn,
  objectAt,
  type Path,
  pathOf,
  type State,
  statesOf,
} from "./asl.ts";
import { type Transition, type TransitionKind, transitionsOf } from "./transitions.ts";
import { transitionLabel } from "./words.ts";

export type Direction = "TB" | "LR";

export interface Point {
  x: number;
  y: number;
}

/** x and y are the upper left corner, relative to the machine. */
export interface Box extends Point {
  width: number;
  height: number;
}

export interface PlacedState extends Box {
  name: string;
  state: State;
  /** The machines in it; empty for a plain card and for a collapsed one. */
  content: (Point & { path: Path; machine: PlacedMachine })[];
}

export interface PlacedLine {
  kind: TransitionKind;
  /** From the machine. */
  path: Path;
  from?: string;
  to?: string;
  points: Point[];
  label?: Point & { text: string; full: string };
}

export interface PlacedMachine {
  width: number;
  height: number;
  states: PlacedState[];
  lines: PlacedLine[];
  start: Point;
  /** Absent when nothing leads to the end. */
  end?: Point;
  /** Of a machine without states: where the first one goes. */
  empty?: Box;
}

export interface LayoutOptions {
  direction: Direction;
  /** The ids of Parallel and Map states that hide what is in them. */
  collapsed: ReadonlySet<string>;
}

export const CARD = { width: 248, height: 62 } as const;
/** Of a container: its head, and the room around and between the machines in it. */
export const FRAME = { head: 48, gap: 18 } as const;
export const DOT = 18;
const LABEL = { size: 12, height: 20, longest: 36 } as const;
/** In machines of more states than this, transitions over more ranks than that are not laid out: see `short`. */
const LARGE = 150, FAR = 6;

const START = "\u0001start", END = "\u0001end";

/** A state's name for dagre, whose tables are objects: a state may be called "constructor". */
const node = (name: string) => `:${name}`;

const known = new WeakMap<Machine, Map<string, PlacedMachine>>();

/** Lays out a definition, or the machine at a path of it. */
export function placeMachine(root: Machine, options: LayoutOptions, path: Path = []): PlacedMachine {
  const machine = objectAt(root, path);
  const hidden = [...options.collapsed].map(pathOf).filter((inner) => isWithin(inner, path))
    .map((inner) => idOf(inner.slice(path.length))).sort();
  const key = [options.direction, root.QueryLanguage, ...hidden].join(" ");
  const versions = known.get(machine) ?? new Map<string, PlacedMachine>();
  known.set(machine, versions);
  const placed = versions.get(key) ?? place(root, machine, options, path);
  versions.set(key, placed);
  return placed;
}

function place(root: Machine, machine: Machine, options: LayoutOptions, path: Path): PlacedMachine {
  const states = statesOf(machine).map(([name, state]) => measure(root, name, state, options, path));
  if (states.length === 0) return emptyMachine(options.direction);
  const names = new Set(states.map(({ name }) => name));
  const transitions = transitionsOf(machine).filter(({ to, kind }) =>
    to === undefined ? kind === "next" : names.has(to)
  );
  const isLarge = states.length > LARGE;
  const graph = new Graph({ multigraph: true, directed: true });
  graph.setGraph({
    rankdir: options.direction,
    nodesep: 28,
    ranksep: options.direction === "TB" ? 38 : 52,
    edgesep: 18,
    marginx: 4,
    marginy: 4,
    ...isLarge && { ranker: "longest-path" },
  });
  graph.setNode(node(START), { width: DOT, height: DOT });
  const hasEnd = transitions.some(({ to }) => to === undefined);
  if (hasEnd) graph.setNode(node(END), { width: DOT, height: DOT });
  for (const { name, width, height } of states) graph.setNode(node(name), { width, height });
  const labels = transitions.map((transition) => transitionLabel(machine, transition));
  const laidOut = isLarge ? short(transitions) : new Set(transitions);
  transitions.forEach((transition, index) => {
    if (!laidOut.has(transition)) return;
    const { from, to } = transition;
    const text = shorten(labels[index]!, LABEL.longest);
    const size = text === ""
      ? {}
      : { width: textWidth(text, LABEL.size) + 14, height: LABEL.height, labelpos: "c" };
    graph.setEdge(node(from ?? START), node(to ?? END), size, String(index));
  });
  layout(graph, { disableOptimalOrderHeuristic: isLarge });
  const centre = (name: string) => graph.node(node(name)) as unknown as Point;
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    states: states.map((state) => ({ ...state, ...cornerOf(centre(state.name), state) })),
    lines: transitions.map((transition, index) =>
      placedLine(graph, transition, index, labels[index]!, options.direction)
    ),
    start: cornerOf(centre(START), { width: DOT, height: DOT }),
    ...hasEnd && { end: cornerOf(centre(END), { width: DOT, height: DOT }) },
  };
}

/**
 * The transitions that a large machine is laid out by. dagre puts an invisible card on each rank that a line passes, so a
 * hundred catchers that lead to the end of a thousand states would take it minutes.
 */
function short(transitions: readonly Transition[]): Set<Transition> {
  const leaving = Map.groupBy(transitions, ({ from = START }) => from);
  const ranks = new Map<string, number>([[START, 0]]);
  // Breadth first: the list grows meanwhile.
  const waiting = [START];
  for (const name of waiting) {
    for (const { to = END } of leaving.get(name) ?? []) {
      if (ranks.has(to)) continue;
      ranks.set(to, ranks.get(name)! + 1);
      waiting.push(to);
    }
  }
  const rank = (name: string) => ranks.get(name) ?? 0;
  const isShort = ({ kind, from = START, to = END }: Transition) =>
    kind !== "catch" && Math.abs(rank(to) - rank(from)) <= FAR;
  // Each state keeps one way that leads to it.
  const first = new Map(
    transitions.toReversed().filter(({ kind }) => kind !== "catch").map((one) => [one.to ?? END, one]),
  );
  return new Set(transitions.filter((one) => isShort(one) || first.get(one.to ?? END) === one));
}

function placedLine(
  graph: Graph,
  { kind, path, from = START, to = END }: Transition,
  index: number,
  full: string,
  direction: Direction,
): PlacedLine {
  const edge = graph.edge(node(from), node(to), String(index)) as unknown as
    | Point & { points: Point[] }
    | undefined;
  const points = edge?.points ??
    direct(graph.node(node(from)) as unknown as Box, graph.node(node(to)) as unknown as Box, direction);
  const { x, y } = edge ?? points[1]!;
  const text = shorten(full, LABEL.longest);
  return {
    kind,
    path,
    ...from !== START && { from },
    ...to !== END && { to },
    points,
    ...text !== "" && { label: { text, full, x, y } },
  };
}

/** A line beside the cards, from one card's side to the other's. x and y of the boxes are their centres. */
function direct(from: Box, to: Box, direction: Direction): Point[] {
  const bow = 60;
  if (direction === "TB") {
    const [start, end] = [{ x: from.x + from.width / 2, y: from.y }, { x: to.x + to.width / 2, y: to.y }];
    return [start, { x: Math.max(start.x, end.x) + bow, y: start.y }, end];
  }
  const [start, end] = [{ x: from.x, y: from.y + from.height / 2 }, { x: to.x, y: to.y + to.height / 2 }];
  return [start, { x: start.x, y: Math.max(start.y, end.y) + bow }, end];
}

function measure(
  root: Machine,
  name: string,
  state: State,
  options: LayoutOptions,
  machinePath: Path,
): PlacedState {
  const statePath = [...machinePath, "States", name];
  const inside = options.collapsed.has(idOf(statePath)) ? [] : machinePathsIn(state);
  if (inside.length === 0) return { name, state, x: 0, y: 0, ...CARD, content: [] };
  const machines = inside.map((path) => placeMachine(root, options, [...statePath, ...path]));
  const sideways = options.direction === "TB";
  let offset = sideways ? FRAME.gap : FRAME.head;
  const content = machines.map((machine, index) => {
    const at = sideways ? { x: offset, y: FRAME.head } : { x: FRAME.gap, y: offset };
    offset += (sideways ? machine.width : machine.height) + FRAME.gap;
    return { ...at, path: inside[index]!, machine };
  });
  const across = Math.max(...machines.map(({ width, height }) => sideways ? height : width));
  const size = sideways
    ? { width: Math.max(CARD.width, offset), height: FRAME.head + across + FRAME.gap }
    : { width: Math.max(CARD.width, across + 2 * FRAME.gap), height: offset };
  return { name, state, x: 0, y: 0, ...size, content };
}

/** A start, a place for the first state, and no end. */
function emptyMachine(direction: Direction): PlacedMachine {
  const along = DOT + 30;
  const [width, height] = direction === "TB"
    ? [CARD.width + 8, along + CARD.height + 8]
    : [along + CARD.width + 8, CARD.height + 8];
  const start = direction === "TB" ? { x: (width - DOT) / 2, y: 4 } : { x: 4, y: (height - DOT) / 2 };
  const empty = { ...CARD, ...direction === "TB" ? { x: 4, y: along + 4 } : { x: along + 4, y: 4 } };
  const points = direction === "TB"
    ? [{ x: width / 2, y: 4 + DOT }, { x: width / 2, y: along + 4 }]
    : [{ x: 4 + DOT, y: height / 2 }, { x: along + 4, y: height / 2 }];
  return { width, height, states: [], lines: [{ kind: "start", path: ["StartAt"], points }], start, empty };
}

function cornerOf({ x, y }: Point, { width, height }: { width: number; height: number }): Point {
  return { x: x - width / 2, y: y - height / 2 };
}
