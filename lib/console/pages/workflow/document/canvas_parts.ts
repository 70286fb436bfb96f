/** The parts of the canvas in its coordinates, and which of them is under the pointer. */
import { idOf, type Path, type State } from "./asl.ts";
import { type Box, DOT, type PlacedLine, type PlacedMachine, type Point } from "./layout.ts";

export interface Card extends Box {
  id: string;
  path: Path;
  name: string;
  state: State;
  /** How many states it is inside of. */
  depth: number;
  isContainer: boolean;
}

export interface Line extends Omit<PlacedLine, "path"> {
  id: string;
  path: Path;
  depth: number;
  /** Ids of what it leads from and to: cards, dots or an empty place. */
  source: string;
  target: string;
  /** Around its points. */
  box: Box;
}

export interface Dot extends Point {
  id: string;
  kind: "start" | "end";
}

/** The place for the first state of an empty machine. */
export interface EmptyPlace extends Box {
  id: string;
  transition: Path;
}

export interface CanvasParts {
  cards: Card[];
  lines: Line[];
  dots: Dot[];
  empty: EmptyPlace[];
}

/** The last steps of the ids of what is no state, whose names have no control characters. */
export const START = "\u0001start", END = "\u0001end", EMPTY = "\u0001empty";

/** All cards, lines and dots, containers before what is in them. */
export function canvasParts(placed: PlacedMachine): CanvasParts {
  const parts: CanvasParts = { cards: [], lines: [], dots: [], empty: [] };
  collect(placed, [], { x: 0, y: 0 }, 0, parts);
  return parts;
}

function collect(machine: PlacedMachine, path: Path, at: Point, depth: number, parts: CanvasParts): void {
  const moved = <T extends Point>(point: T): T => ({ ...point, x: point.x + at.x, y: point.y + at.y });
  parts.dots.push({ ...moved(machine.start), id: idOf([...path, START]), kind: "start" });
  if (machine.end) parts.dots.push({ ...moved(machine.end), id: idOf([...path, END]), kind: "end" });
  if (machine.empty) {
    const transition = [...path, "StartAt"];
    parts.empty.push({ ...moved(machine.empty), id: idOf([...path, EMPTY]), transition });
  }
  for (const { name, state, content, width, height, x, y } of machine.states) {
    const statePath = [...path, "States", name];
    const isContainer = content.length > 0;
    const box = { ...moved({ x, y }), width, height };
    parts.cards.push({ ...box, id: idOf(statePath), path: statePath, name, state, depth, isContainer });
    for (const inner of content) {
      collect(
        inner.machine,
        [...statePath, ...inner.path],
        moved({ x: x + inner.x, y: y + inner.y }),
        depth + 1,
        parts,
      );
    }
  }
  for (const line of machine.lines) {
    const linePath = [...path, ...line.path];
    const state = (name: string) => idOf([...path, "States", name]);
    const points = line.points.map(moved);
    const nowhere = line.kind === "start" ? EMPTY : END;
    parts.lines.push({
      ...line,
      id: idOf(linePath),
      path: linePath,
      depth,
      source: line.from === undefined ? idOf([...path, START]) : state(line.from),
      target: line.to === undefined ? idOf([...path, nowhere]) : state(line.to),
      points,
      box: around(points),
      ...line.label && { label: moved(line.label) },
    });
  }
}

function around(points: readonly Point[]): Box {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** The box around everything. */
export function boundsOf({ cards, dots, empty, lines }: CanvasParts): Box {
  const boxes = [
    ...cards,
    ...empty,
    ...dots.map((dot) => ({ ...dot, width: DOT, height: DOT })),
    ...lines.map(({ box }) => box),
  ];
  return around(boxes.flatMap(({ x, y, width, height }) => [{ x, y }, { x: x + width, y: y + height }]));
}

/** The parts that can be seen in an area, with the ends of the lines through it. */
export function partsIn(parts: CanvasParts, area: Box): CanvasParts {
  const lines = parts.lines.filter(({ box }) => overlap(box, area));
  const ends = new Set(lines.flatMap(({ source, target }) => [source, target]));
  return {
    cards: parts.cards.filter((card) => ends.has(card.id) || overlap(card, area)),
    lines,
    dots: parts.dots.filter((dot) => ends.has(dot.id) || overlap({ ...dot, width: DOT, height: DOT }, area)),
    empty: parts.empty,
  };
}

function overlap(a: Box, b: Box): boolean {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

/** How near the pointer must be to a line to drop something on it, in pixels of the canvas. */
const REACH = 44;

/**
 * The transition that a state is dropped on at a point: the place of an empty machine, or the nearest line of the
 * innermost machine there.
 */
export function dropTarget({ lines, empty, cards }: CanvasParts, point: Point): Path | undefined {
  const place = empty.find((box) => contains(box, point));
  if (place) return place.transition;
  const depth = Math.max(
    0,
    ...cards.filter((card) => card.isContainer && contains(card, point)).map((card) => card.depth + 1),
  );
  let best: { line: Line; distance: number } | undefined;
  for (const line of lines) {
    if (line.depth > depth) continue;
    // Lines around the innermost machine count less.
    const distance = distanceTo(line.points, point) + 8 * (depth - line.depth);
    if (distance <= REACH && (!best || distance < best.distance)) best = { line, distance };
  }
  return best?.line.path;
}

function contains({ x, y, width, height }: Box, point: Point): boolean {
  return point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height;
}

function distanceTo(points: readonly Point[], point: Point): number {
  const pieces = points.slice(1).map((end, index) => distanceToPiece(points[index]!, end, point));
  return Math.min(...pieces);
}

function distanceToPiece(a: Point, b: Point, p: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length));
  return Math.hypot(p.x - a.x - share * dx, p.y - a.y - share * dy);
}

/** The card next to another one in a direction of the arrow keys. */
export function neighbour(
  { cards }: CanvasParts,
  id: string | undefined,
  key: "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight",
): Card | undefined {
  const from = cards.find((card) => card.id === id);
  if (!from) return cards[0];
  const middle = (box: Box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
  const origin = middle(from);
  const vertical = key === "ArrowUp" || key === "ArrowDown";
  const sign = key === "ArrowDown" || key === "ArrowRight" ? 1 : -1;
  let best: { card: Card; cost: number } | undefined;
  for (const card of cards) {
    if (card === from) continue;
    const { x, y } = middle(card);
    const along = sign * (vertical ? y - origin.y : x - origin.x);
    const across = Math.abs(vertical ? x - origin.x : y - origin.y);
    if (along <= 1) continue;
    const cost = along + 3 * across;
    if (!best || cost < best.cost) best = { card, cost };
  }
  return best?.card;
}
