/** The map of the whole workflow in the corner: a click or a drag goes there. */
/// <reference lib="dom" />
import { Panel, useReactFlow, useStore } from "@xyflow/react";
import { memo, type PointerEvent, useMemo } from "react";
import { boundsOf, type CanvasParts } from "../document/canvas_parts.ts";

const SIZE = { width: 150, height: 110 };

export const Overview = memo(function Overview({ parts }: { parts: CanvasParts }) {
  const { setCenter, getZoom } = useReactFlow();
  const bounds = useMemo(() => boundsOf(parts), [parts]);
  const cards = useMemo(
    () => parts.cards.map(({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}z`).join(""),
    [parts],
  );
  const scale = Math.max(bounds.width / SIZE.width, bounds.height / SIZE.height) * 1.12;
  const [width, height] = [SIZE.width * scale, SIZE.height * scale];
  const [x, y] = [bounds.x + (bounds.width - width) / 2, bounds.y + (bounds.height - height) / 2];
  const go = (event: PointerEvent<SVGSVGElement>) => {
    if (event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    void setCenter(x + (event.clientX - box.left) * scale, y + (event.clientY - box.top) * scale, {
      zoom: getZoom(),
    });
  };
  return (
    <Panel position="bottom-right" className="overview">
      <svg
        {...SIZE}
        viewBox={`${x} ${y} ${width} ${height}`}
        role="img"
        aria-label="Map of the workflow"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          go(event);
        }}
        onPointerMove={go}
      >
        <path d={cards} />
        <Seen scale={scale} />
      </svg>
    </Panel>
  );
});

function Seen({ scale }: { scale: number }) {
  const [x, y, zoom] = useStore(({ transform }) => transform);
  const width = useStore(({ width }) => width);
  const height = useStore(({ height }) => height);
  return (
    <rect x={-x / zoom} y={-y / zoom} width={width / zoom} height={height / zoom} strokeWidth={1.5 * scale} />
  );
}
