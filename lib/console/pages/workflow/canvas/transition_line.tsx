/** A transition on the canvas, along the points of the layout. */
import { type Edge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import type { TransitionKind } from "../document/transitions.ts";
import type { Point } from "../document/layout.ts";

export type LineEdge = Edge<{
  kind: TransitionKind;
  points: Point[];
  label?: Point & { text: string; full: string };
  /** Something is about to be dropped on it. */
  isTarget: boolean;
  /** Whether the execution that is shown went this way. */
  isTaken?: boolean;
}, "line">;

export const TransitionLine = memo(
  function TransitionLine({ id, data, selected, markerEnd }: EdgeProps<LineEdge>) {
    const { kind, points, label, isTarget, isTaken } = data!;
    const path = smoothPath(points);
    const middle = label ?? points[Math.floor(points.length / 2)]!;
    const classes = ["line", kind, selected && "selected", isTarget && "target", isTaken && "taken"];
    return (
      <>
        <path className="line-reach" d={path} />
        <path id={id} className={classes.filter(Boolean).join(" ")} d={path} markerEnd={markerEnd} />
        {isTarget && <circle className="drop-dot" cx={middle.x} cy={middle.y} r="9" />}
        {isTarget && (
          <path className="drop-plus" d={`M${middle.x - 4} ${middle.y}h8M${middle.x} ${middle.y - 4}v8`} />
        )}
        {label && (
          <EdgeLabelRenderer>
            <span
              className={`line-label ${kind}${selected ? " selected" : ""}`}
              title={label.full}
              style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
            >
              {label.text}
            </span>
          </EdgeLabelRenderer>
        )}
      </>
    );
  },
);

/** A line through the points with rounded corners. */
export function smoothPath(points: readonly Point[]): string {
  const [first, ...others] = points;
  if (!first) return "";
  const parts = others.map((point, index) => {
    const next = others[index + 1];
    if (!next) return `L${at(point)}`;
    const before = points[index]!;
    return `L${at(towards(point, before))}Q${at(point)} ${at(towards(point, next))}`;
  });
  return `M${at(first)}${parts.join("")}`;
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(14 / length, 0.5);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function at({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
}
