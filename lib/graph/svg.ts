/** The parts of a state machine's picture as SVG. */
import { escapeHtml } from "../display/format.ts";
import { textWidth } from "../display/text_width.ts";
import { inkColor } from "../display/theme.ts";
import { type PlacedEdge, type PlacedGraph, type PlacedNode, type Point, sizes } from "./layout.ts";
import type { GraphEdge, GraphNode } from "./model.ts";
import { type Look, looks } from "./style.ts";

/** What the drawing needs to know besides the layout. */
export interface Scene {
  look(node: GraphNode): Look;
  /** The tooltip of a state. */
  hover(node: GraphNode): string;
  /** Whether the execution went this way; undefined without an execution. */
  taken(edge: GraphEdge): boolean | undefined;
}

const arrow = { length: 8, width: 7 };
const corner = 8;

/** The nodes and edges of a graph, with the graphs inside its boxes. */
export function drawGraph(graph: PlacedGraph, scene: Scene): string {
  return graph.nodes.map((node) => drawNode(node, scene)).join("") +
    graph.edges.map((edge) => drawEdge(edge, scene.taken(edge.edge))).join("");
}

function drawNode(placed: PlacedNode, scene: Scene): string {
  const { node, width, height, content } = placed;
  const style = looks[scene.look(node)];
  if (node.kind !== "state") return group(placed, drawDot(node.kind, style.stroke));
  const isBox = content.length > 0;
  // A box is transparent, so its text must be readable on any page.
  const fill = isBox ? `${inkColor}18` : style.fill;
  const rectangle = `<rect width="${round(width)}" height="${round(height)}" rx="8" fill="${fill}" ` +
    `stroke="${style.stroke}" stroke-width="${style.strokeWidth}"${dashes(style.dash)}/>`;
  const title = `<title>${escapeHtml(scene.hover(node))}</title>`;
  const texts = drawTexts(placed, isBox ? inkColor : style.text, scene.look(node));
  const inside = content.map((part, index) =>
    (index === 0 ? "" : separator(part, placed)) + group(part, drawGraph(part.graph, scene))
  ).join("");
  const card = `<g data-state="${escapeHtml(node.id)}">${title}${rectangle}${texts}</g>`;
  return group(placed, card + inside);
}

function drawTexts({ card, width }: PlacedNode, color: string, look: Look): string {
  const middle = width / 2;
  const text = (content: string, x: number, y: number, extra = ' text-anchor="middle"') =>
    `<text x="${round(x)}" y="${round(y)}" fill="${color}"${extra}>${escapeHtml(content)}</text>`;
  const nameY = sizes.padding + sizes.name - 2;
  const lines =
    text(card.name, middle, nameY, ` text-anchor="middle" font-size="${sizes.name}" font-weight="600"`) +
    text(card.caption, middle, nameY + sizes.line);
  if (card.outcome === "") return lines;
  const y = nameY + 2 * sizes.line;
  const iconX = middle - (textWidth(card.outcome, sizes.text) + sizes.icon) / 2;
  return lines + drawIcon(look, { x: iconX, y: y - 10 }, color) +
    text(card.outcome, iconX + sizes.icon, y, "");
}

function drawIcon(look: Look, { x, y }: Point, color: string): string {
  return `<path d="${looks[look].icon}" transform="translate(${round(x)} ${round(y)})" fill="none" ` +
    `stroke="${color}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/>`;
}

/** The start is a dot, the end a dot in a ring. */
function drawDot(kind: "start" | "end", color: string): string {
  const radius = sizes.dot / 2;
  const title = `<title>${kind === "start" ? "Start" : "End"}</title>`;
  const circle = (r: number, paint: string) => `<circle cx="${radius}" cy="${radius}" r="${r}" ${paint}/>`;
  return kind === "start"
    ? `<g>${title}${circle(radius - 1, `fill="${color}"`)}</g>`
    : `<g>${title}${circle(radius - 1.5, `fill="none" stroke="${color}" stroke-width="2"`)}` +
      `${circle(radius - 5, `fill="${color}"`)}</g>`;
}

/** A line between the branches of a Parallel state. */
function separator({ x, y }: Point, { height }: PlacedNode): string {
  const half = 8; // half of the gap between two branches
  const line = `M${round(x - half)} ${round(y)}V${round(height - half)}`;
  return `<path d="${line}" stroke="${inkColor}" stroke-width="1" stroke-dasharray="2 4"/>`;
}

function drawEdge({ edge, points, label }: PlacedEdge, taken: boolean | undefined): string {
  const width = taken ? 2.5 : 1.3;
  // Transitions that were not taken are pale.
  const opacity = taken === false ? 0.55 : 1;
  const dash = edge.kind === "catch" ? "6 4" : "";
  const tip = points.at(-1)!;
  const before = points.at(-2)!;
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const back = (distance: number, side: number) => ({
    x: tip.x - distance * Math.cos(angle) + side * Math.sin(angle),
    y: tip.y - distance * Math.sin(angle) - side * Math.cos(angle),
  });
  const head = [tip, back(arrow.length, arrow.width / 2), back(arrow.length, -arrow.width / 2)];
  const line = [...points.slice(0, -1), back(arrow.length - 1, 0)];
  const title = edge.label === ""
    ? ""
    : `<title>${escapeHtml(`${edge.kind === "catch" ? "on error " : "when "}${edge.label}`)}</title>`;
  return `<g opacity="${opacity}">${title}<path d="${roundedPath(line)}" fill="none" stroke="${inkColor}" ` +
    `stroke-width="${width}"${dashes(dash)}/>` +
    `<polygon points="${head.map(pair).join(" ")}" fill="${inkColor}"/></g>${
      label ? drawLabel(label, title, taken) : ""
    }`;
}

/** A label on its own pale background, since it lies on the line. */
function drawLabel(
  { x, y, text }: Point & { text: string },
  title: string,
  taken: boolean | undefined,
): string {
  const width = textWidth(text, sizes.text, taken) + 10;
  return `<g>${title}<rect x="${round(x - width / 2)}" y="${round(y - sizes.line / 2)}" width="${
    round(width)
  }" ` +
    `height="${sizes.line}" rx="5" fill="#ECECEC"/><text x="${round(x)}" y="${
      round(y + 4)
    }" text-anchor="middle" ` +
    `fill="${taken === false ? "#6A6A6A" : "#1C1C1C"}"${taken ? ' font-weight="600"' : ""}>${
      escapeHtml(text)
    }</text></g>`;
}

/** A line through the points with rounded corners. */
function roundedPath(points: Point[]): string {
  const [first, ...others] = points;
  const parts = others.map((point, index) => {
    const next = others[index + 1];
    if (!next) return `L${pair(point)}`;
    const previous = points[index]!;
    return `L${pair(towards(point, previous, corner))}Q${pair(point)} ${pair(towards(point, next, corner))}`;
  });
  return `M${pair(first!)}${parts.join("")}`;
}

/** The point at a distance from `from` towards `to`, at most halfway. */
function towards(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length === 0 ? 0 : Math.min(distance / length, 0.5);
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** The legend of the looks. */
export function drawLegend(used: readonly Look[], catches: boolean): { svg: string; width: number } {
  let x = 0;
  const parts = used.map((look) => {
    const { fill, stroke, strokeWidth, dash, word, text } = looks[look];
    const part =
      `<rect x="${round(x + 2)}" y="2" width="20" height="16" rx="4" fill="${fill}" stroke="${stroke}" ` +
      `stroke-width="${strokeWidth}"${dashes(dash)}/>${drawIcon(look, { x: x + 6, y: 4 }, text)}` +
      legendText(word, x + 28);
    x += 28 + textWidth(word, sizes.text) + 14;
    return part;
  });
  if (catches) {
    parts.push(
      `<path d="M${round(x)} 10h24" stroke="${inkColor}" stroke-width="1.5" stroke-dasharray="6 4"/>` +
        legendText("on error", x + 30),
    );
    x += 30 + textWidth("on error", sizes.text) + 14;
  }
  return { svg: parts.join(""), width: Math.max(0, x - 14) };
}

function legendText(text: string, x: number): string {
  return `<text x="${round(x)}" y="14" fill="${inkColor}">${text}</text>`;
}

/** Moves a part of the picture to its place. */
export function group({ x, y }: Point, content: string): string {
  return `<g transform="translate(${round(x)} ${round(y)})">${content}</g>`;
}

function dashes(pattern: string): string {
  return pattern === "" ? "" : ` stroke-dasharray="${pattern}"`;
}

function pair({ x, y }: Point): string {
  return `${round(x)},${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
