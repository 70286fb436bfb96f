/** What can be added, to drag onto the canvas; a click or Enter puts it after what is selected. */
/// <reference lib="dom" />
import { type PointerEvent, useState } from "react";
import type { Resources } from "../../routes/workflow_resources.ts";
import type { Path } from "./document/asl.ts";
import { actionItems, FLOW, type Item } from "./catalogue.ts";
import { stateIcon } from "./canvas/state_icons.tsx";
import type { CanvasHandle } from "./canvas/workflow_canvas.tsx";

interface Props {
  resources?: Resources;
  canvas: { current: CanvasHandle | null };
  /** @param target where it was dropped; undefined for after the selection */
  onAdd(item: Item, target?: Path): void;
  /** It was dropped where nothing is. */
  onMissed(): void;
}

export function Palette({ resources, canvas, onAdd, onMissed }: Props) {
  const [filter, setFilter] = useState("");
  const [carried, setCarried] = useState<{ item: Item; x: number; y: number }>();
  const fits = ({ title, hint }: Item) =>
    `${title} ${hint}`.toLowerCase().includes(filter.trim().toLowerCase());

  const carry = (item: Item) => ({
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return;
      const begin = { x: event.clientX, y: event.clientY };
      const element = event.currentTarget;
      const pointer = event.pointerId;
      element.setPointerCapture(pointer);
      let isCarried = false;
      const onMove = ({ clientX: x, clientY: y }: { clientX: number; clientY: number }) => {
        if (!isCarried && Math.hypot(x - begin.x, y - begin.y) < 5) return;
        isCarried = true;
        setCarried({ item, x, y });
        canvas.current?.showTarget(canvas.current.targetAt({ x, y }));
      };
      const onEnd = (event: globalThis.PointerEvent) => {
        element.removeEventListener("pointermove", onMove);
        element.removeEventListener("pointerup", onEnd);
        element.removeEventListener("pointercancel", onEnd);
        setCarried(undefined);
        canvas.current?.showTarget(undefined);
        if (!isCarried || event.type === "pointercancel") return;
        const target = canvas.current?.targetAt({ x: event.clientX, y: event.clientY });
        if (target) onAdd(item, target);
        else onMissed();
        // The click that follows is the drag's.
        const swallow = (click: Event) => click.stopPropagation();
        element.addEventListener("click", swallow, true);
        setTimeout(() => element.removeEventListener("click", swallow, true), 0);
      };
      element.addEventListener("pointermove", onMove);
      element.addEventListener("pointerup", onEnd);
      element.addEventListener("pointercancel", onEnd);
    },
    onClick: () => onAdd(item),
  });

  const list = (items: readonly Item[]) => (
    <ul>
      {items.filter(fits).map((item) => (
        <li key={item.id}>
          <button
            type="button"
            className="palette-item"
            title={item.hint}
            data-type={item.type}
            {...carry(item)}
          >
            <span className="type-icon">{stateIcon(item.state("JSONPath"))}</span>
            <span>{item.title}</span>
          </button>
        </li>
      ))}
    </ul>
  );

  return (
    <section className="palette" aria-label="States to add">
      <input
        type="search"
        placeholder="Find a state or function"
        aria-label="Find a state or function"
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      <h3>Flow</h3>
      {list(FLOW)}
      {resources && actionItems(resources).map(({ action, items }) => (
        <div key={action.kind}>
          <h3>{action.title}</h3>
          {items.length > 0
            ? list(items)
            : <p className="none">{resources.failures[action.kind] ?? "none on the target"}</p>}
        </div>
      ))}
      {carried && (
        <div className="carried" style={{ left: carried.x, top: carried.y }} aria-hidden="true">
          <span className="type-icon">{stateIcon(carried.item.state("JSONPath"))}</span>
          {carried.item.title}
        </div>
      )}
    </section>
  );
}
