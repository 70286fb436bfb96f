/** What of the canvas is seen: React Flow gets that and a little around it, so that a thousand states cost what ten do. */
/// <reference lib="dom" />
import type { Viewport } from "@xyflow/react";
import { type RefObject, useMemo, useState } from "react";
import { boundsOf, type CanvasParts, partsIn } from "../document/canvas_parts.ts";
import type { Box } from "../document/layout.ts";

export const SMALLEST = 0.03;
/** The smallest zoom at which names can be read, and cards can be dragged. */
const READABLE = 0.5, GRASPABLE = 0.15;
const MARGIN = 48;

/** The viewport that shows the whole workflow, at most in its own size. */
export function wholeViewport(frame: HTMLElement, parts: CanvasParts): Viewport {
  const { x, y, width, height } = boundsOf(parts);
  const seen = frame.getBoundingClientRect();
  const fitting = Math.min((seen.width - 2 * MARGIN) / width, (seen.height - 2 * MARGIN) / height);
  const zoom = Math.max(SMALLEST, Math.min(1, fitting));
  return { x: seen.width / 2 - (x + width / 2) * zoom, y: seen.height / 2 - (y + height / 2) * zoom, zoom };
}

/** The whole workflow if it can be read then, else its start. */
export function firstViewport(frame: HTMLElement, parts: CanvasParts): Viewport {
  const whole = wholeViewport(frame, parts);
  const [start] = parts.dots;
  if (whole.zoom >= READABLE || !start) return whole;
  const zoom = 0.8;
  const { width, height } = frame.getBoundingClientRect();
  const isWide = boundsOf(parts).width > boundsOf(parts).height;
  return isWide
    ? { x: MARGIN - start.x * zoom, y: height / 2 - start.y * zoom, zoom }
    : { x: width / 2 - start.x * zoom, y: MARGIN - start.y * zoom, zoom };
}

/** The parts in and around the viewport. They change when it leaves the area that they fill. */
export function useSeen(parts: CanvasParts, frame: RefObject<HTMLElement | null>) {
  const [area, setArea] = useState<Box>({ x: 0, y: 0, width: 0, height: 0 });
  const [isLarge, setIsLarge] = useState(true);
  const seen = useMemo(() => partsIn(parts, area), [parts, area]);
  return {
    parts: seen,
    /** Whether cards are large enough to be dragged. */
    isLarge,
    onMove({ x, y, zoom }: Viewport) {
      const { width, height } = frame.current!.getBoundingClientRect();
      const now = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
      const isInside = now.x >= area.x && now.y >= area.y && now.x + now.width <= area.x + area.width &&
        now.y + now.height <= area.y + area.height;
      const isTooMuch = area.width > 8 * now.width;
      if (!isInside || isTooMuch) {
        setArea({
          x: now.x - now.width / 2,
          y: now.y - now.height / 2,
          width: 2 * now.width,
          height: 2 * now.height,
        });
      }
      setIsLarge(zoom >= GRASPABLE);
    },
  };
}
