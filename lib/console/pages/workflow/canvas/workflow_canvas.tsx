/** The canvas: states as cards that can be dragged onto transitions, and connected by their handles. */
/// <reference lib="dom" />
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type Connection,
  type NodeChange,
  ReactFlow,
  type ReactFlowInstance,
} from "@xyflow/react";
import { type KeyboardEvent, type MutableRefObject, useEffect, useMemo, useRef, useState } from "react";
import type { StateStatus } from "../../../../graph/history.ts";
import { move } from "../document/arrange.ts";
import { idOf, isWithin, type Path, pathOf } from "../document/asl.ts";
import { type CanvasParts, canvasParts, dropTarget, END } from "../document/canvas_parts.ts";
import { type Direction, placeMachine } from "../document/layout.ts";
import { connect, pointTo } from "../document/transitions.ts";
import { useEditor } from "../editor_state.ts";
import { canvasEdges, type CanvasNode, canvasNodes, type Marks } from "./canvas_nodes.ts";
import { EmptyPlaceCard, StateCard, StateDot } from "./state_card.tsx";
import { Overview } from "./overview.tsx";
import { type LineEdge, TransitionLine } from "./transition_line.tsx";
import { firstViewport, SMALLEST, useSeen, wholeViewport } from "./viewport.ts";

const NODE_TYPES = { card: StateCard, dot: StateDot, empty: EmptyPlaceCard };
const EDGE_TYPES = { line: TransitionLine };
const NONE: readonly never[] = [];

/** What other parts of the editor do with the canvas. */
export interface CanvasHandle {
  parts: CanvasParts;
  /** The transition under a point of the window; undefined outside of the canvas too. */
  targetAt(point: { x: number; y: number }): Path | undefined;
  showTarget(target: Path | undefined): void;
  /** Brings a state into view. */
  reveal(id: string): void;
  fit(): void;
  zoom(by: number): void;
  focus(): void;
}

interface Props {
  handle: MutableRefObject<CanvasHandle | null>;
  direction: Direction;
  collapsed: ReadonlySet<string>;
  onToggle(id: string): void;
  found: ReadonlySet<string>;
  problems: ReadonlyMap<string, number>;
  statuses?: ReadonlyMap<string, StateStatus>;
  onKeyDown(event: KeyboardEvent): void;
}

export function WorkflowCanvas(
  { handle, direction, collapsed, onToggle, found, problems, statuses, onKeyDown }: Props,
) {
  const { draft: { machine }, selection, line, select, selectLine, edit } = useEditor();
  const frame = useRef<HTMLDivElement>(null);
  const flow = useRef<ReactFlowInstance<CanvasNode, LineEdge>>(null);
  const [target, setTarget] = useState<string>();
  const parts = useMemo(
    () => canvasParts(placeMachine(machine, { direction, collapsed })),
    [machine, direction, collapsed],
  );
  const marks: Marks = useMemo(() => ({
    direction,
    selection: new Set(selection),
    line,
    found,
    problems,
    statuses,
    target,
    onToggle,
  }), [direction, selection, line, found, problems, statuses, target, onToggle]);
  const seen = useSeen(parts, frame);
  const drawn = useDrawn(seen.parts, marks);

  const targetAt = (point: { x: number; y: number }) => {
    const box = frame.current!.getBoundingClientRect();
    const isInside = point.x >= box.left && point.x <= box.right && point.y >= box.top &&
      point.y <= box.bottom;
    return isInside && flow.current ? dropTarget(parts, flow.current.screenToFlowPosition(point)) : undefined;
  };
  const reveal = (id: string) => {
    const card = parts.cards.find((card) => card.id === id);
    if (!card || !flow.current || !frame.current) return;
    const { x, y, zoom } = flow.current.getViewport();
    const box = frame.current.getBoundingClientRect();
    const [left, top] = [card.x * zoom + x, card.y * zoom + y];
    const isSeen = left >= 0 && top >= 0 && left + Math.min(card.width * zoom, 80) <= box.width &&
      top + Math.min(card.height * zoom, 40) <= box.height;
    if (isSeen) return;
    void flow.current.setCenter(card.x + card.width / 2, card.y + Math.min(card.height, 300) / 2, {
      zoom: Math.max(zoom, 0.6),
      duration: 150,
    });
  };
  handle.current = {
    parts,
    targetAt,
    showTarget: (path) => setTarget(path && idOf(path)),
    reveal,
    fit: () => void flow.current?.setViewport(wholeViewport(frame.current!, parts), { duration: 200 }),
    zoom: (by) => void flow.current?.zoomTo(flow.current.getZoom() * by, { duration: 120 }),
    focus: () => frame.current?.focus(),
  };

  const onConnect = ({ source, target, sourceHandle }: Connection) => {
    const [from, to] = [pathOf(source), pathOf(target)];
    if (to.at(-1) === END) edit((machine) => pointTo(machine, [...from, "Next"], undefined));
    else edit((machine) => connect(machine, from, to, sourceHandle === "catch" ? "catch" : "next"));
  };
  const onReconnect = ({ id }: LineEdge, { target }: Connection) => {
    const to = pathOf(target);
    edit((machine) => pointTo(machine, pathOf(id), to.at(-1) === END ? undefined : String(to.at(-1))));
  };
  const onDragStop = (event: { clientX: number; clientY: number }, node: CanvasNode) => {
    const place = targetAt({ x: event.clientX, y: event.clientY });
    setTarget(undefined);
    drawn.reset();
    const path = pathOf(node.id);
    const isInside = place && isWithin(place, path) &&
      place.length > path.length + 1;
    if (place && !isInside) edit((machine) => move(machine, path, place));
  };

  return (
    <div
      className="canvas"
      ref={frame}
      tabIndex={0}
      role="group"
      aria-label="Canvas. Arrow keys go from state to state; the question mark lists all keys."
      onKeyDown={onKeyDown}
    >
      <ReactFlow<CanvasNode, LineEdge>
        nodes={drawn.nodes}
        edges={drawn.edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onInit={(instance) => {
          flow.current = instance;
          const viewport = firstViewport(frame.current!, parts);
          seen.onMove(viewport);
          void instance.setViewport(viewport);
        }}
        onNodesChange={drawn.onChange}
        onNodeClick={(event, node) => {
          if (node.type !== "card") return;
          const isMore = event.shiftKey || event.ctrlKey || event.metaKey;
          if (!isMore) select(node.id);
          else {select(
              ...selection.includes(node.id)
                ? selection.filter((id) => id !== node.id)
                : [...selection, node.id],
            );}
          frame.current?.focus({ preventScroll: true });
        }}
        onEdgeClick={(_, edge) => selectLine(edge.id)}
        onPaneClick={() => select()}
        onNodeDrag={(event) => {
          const place = targetAt(event as unknown as { clientX: number } & MouseEvent);
          const id = place && idOf(place);
          if (id !== target) setTarget(id);
        }}
        onNodeDragStop={(event, node) => onDragStop(event as unknown as MouseEvent, node)}
        onConnect={onConnect}
        onReconnect={onReconnect}
        minZoom={SMALLEST}
        maxZoom={2}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        selectNodesOnDrag={false}
        disableKeyboardA11y
        deleteKeyCode={NONE as unknown as string[]}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        onMove={(_, viewport) => seen.onMove(viewport)}
        nodesDraggable={seen.isLarge}
        nodeDragThreshold={4}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={22} size={1.2} />
        <Overview parts={parts} />
      </ReactFlow>
    </div>
  );
}

/** The nodes and edges that React Flow draws: those of the layout, and while one is dragged, where it is. */
function useDrawn(parts: CanvasParts, marks: Marks) {
  const known = useRef({ nodes: new Map<string, CanvasNode>(), edges: new Map<string, LineEdge>() });
  const placed = useMemo(() => {
    const nodes = canvasNodes(parts, marks, known.current.nodes);
    const edges = canvasEdges(parts, marks, known.current.edges);
    known.current = {
      nodes: new Map(nodes.map((node) => [node.id, node])),
      edges: new Map(edges.map((edge) => [edge.id, edge])),
    };
    return { nodes, edges };
  }, [parts, marks]);
  const [dragged, setDragged] = useState<NodeChange<CanvasNode>[]>([]);
  useEffect(() => setDragged([]), [parts]);
  const nodes = useMemo(
    () => dragged.length === 0 ? placed.nodes : applyNodeChanges(dragged, placed.nodes),
    [placed, dragged],
  );
  return {
    nodes,
    edges: placed.edges,
    onChange(changes: NodeChange<CanvasNode>[]) {
      const moves = changes.filter((change) => change.type === "position" && change.position);
      if (moves.length > 0) setDragged(moves);
    },
    reset: () => setDragged([]),
  };
}
