/** Draws a state machine, and optionally an execution of it, as self-contained SVG. */
import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { escapeHtml } from "../display/format.ts";
import { type ExecutionTrace, overallStatus, traceHistory, transition } from "./history.ts";
import { type PlacedGraph, placeGraph, sizes } from "./layout.ts";
import {
  type Definition,
  endId,
  type GraphEdge,
  type GraphNode,
  startId,
  stateCaption,
  stateGraph,
} from "./model.ts";
import { type Look, looks } from "./style.ts";
import { drawGraph, drawLegend, group } from "./svg.ts";
import { executionTitle, hoverText, outcomeText } from "./words.ts";

export interface DrawOptions {
  /** Events of GetExecutionHistory, oldest first: each state is coloured by its status. */
  history?: readonly HistoryEvent[];
}

const margin = 12;
const legendHeight = 32;
const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/**
 * Draws the definition. The picture has a transparent background and is readable on light and dark pages; the tooltip of
 * a state shows its timings and errors. `title` describes the picture in words.
 *
 * @throws Error for a transition to a state that does not exist
 */
export function drawStateMachine(
  definition: Definition,
  { history }: DrawOptions = {},
): { svg: string; title: string } {
  const trace = history && traceHistory(history);
  const visitsOf = ({ id }: GraphNode) => trace && (trace.visits.get(id) ?? []);
  const look = (node: GraphNode) => trace ? lookOf(node, trace) : "plain";
  const graph = placeGraph(stateGraph(definition), (node) => ({
    name: node.id,
    caption: stateCaption(node.state!),
    outcome: trace ? outcomeText(visitsOf(node)!) : "",
  }));
  const drawing = drawGraph(graph, {
    look,
    hover: (node) => hoverText(node.id, node.state!, visitsOf(node)),
    taken: (edge) => trace && isTaken(edge, trace),
  });

  const title = executionTitle(definition, trace);
  const nodes = allNodes(graph);
  const used = new Set(nodes.filter(({ kind }) => kind === "state").map(look));
  const shown = (Object.keys(looks) as Look[]).filter((look) => look !== "plain" && used.has(look));
  const legend = drawLegend(shown, nodes.some(({ state }) => state?.Catch !== undefined));
  const width = Math.ceil(Math.max(graph.width, legend.width) + 2 * margin);
  const height = Math.ceil(graph.height + 2 * margin + (legend.svg === "" ? 0 : legendHeight));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}" ` +
    `font-family="${font}" font-size="${sizes.text}" style="max-width:100%;height:auto">` +
    group({ x: (width - graph.width) / 2, y: margin }, drawing) +
    group({ x: (width - legend.width) / 2, y: height - legendHeight }, legend.svg) + "</svg>";
  return { svg, title };
}

function lookOf({ id, kind }: GraphNode, trace: ExecutionTrace): Look {
  if (kind === "start") return "succeeded";
  if (kind === "end") return trace.status === "SUCCEEDED" ? "succeeded" : "notReached";
  return overallStatus(trace.visits.get(id) ?? []) ?? "notReached";
}

function isTaken({ from, to, kind }: GraphEdge, trace: ExecutionTrace): boolean {
  if (to !== endId) return trace.taken.has(transition(from === startId ? null : from, to, kind === "catch"));
  // The end has no event of its own: the state that was exited last led there.
  return trace.status === "SUCCEEDED" && from === trace.lastExited;
}

function allNodes(graph: PlacedGraph): GraphNode[] {
  return graph.nodes.flatMap((
    { node, content },
  ) => [node, ...content.flatMap((part) => allNodes(part.graph))]);
}
