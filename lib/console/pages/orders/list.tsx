/** The list of orders: only what is in sight is in the document, so that a hundred thousand scroll as ten do. */
/// <reference lib="dom" />
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { labelText } from "../../../display/format.ts";
import type { OrderRow } from "../../routes/orders.ts";
import { Confidence, Duration, OutcomeBadge, Picture, Time } from "../shell/parts.tsx";
import type { Orders } from "./use_orders.ts";

const ROW = 56;
/** A pause of scrolling after which rows are asked for. */
const PAUSE_MS = 80;

/** Where the list was scrolled to, for whoever comes back from an order. */
let left = 0;

export function OrderList({ orders, count, onScroll }: {
  orders: Orders;
  count: number;
  /** Told how far it is scrolled, in pixels. */
  onScroll(top: number): void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 6,
    initialOffset: left,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  const { look } = orders;
  const hurry = virtual.isScrolling;
  useEffect(() => {
    // What is only scrolled past is not asked for.
    const timer = setTimeout(() => look(first, last), hurry ? PAUSE_MS : 0);
    return () => clearTimeout(timer);
  }, [look, first, last, hurry]);

  // A row can be focused when it is in the document, which may be some frames after the key.
  const wanted = useRef<number>(undefined);
  useEffect(() => {
    if (wanted.current === undefined) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    wanted.current = undefined;
  });
  const [, redraw] = useState(0);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const focused = document.activeElement?.getAttribute("data-index");
    const from = wanted.current ?? (focused == null ? undefined : Number(focused));
    wanted.current = from === undefined
      ? virtual.range?.startIndex ?? 0
      : Math.max(0, Math.min(count - 1, from + step));
    virtual.scrollToIndex(wanted.current);
    redraw((round) => round + 1);
  };
  return (
    <div
      className="list"
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label="Orders, the newest first; arrow keys move through them"
      onKeyDown={move}
      onScroll={({ currentTarget }) => onScroll(left = currentTarget.scrollTop)}
    >
      <ul style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start, key }) => (
          <li
            key={key}
            style={{ transform: `translateY(${start}px)` }}
            aria-setsize={count}
            aria-posinset={index + 1}
          >
            <Row row={orders.row(index)} index={index} hurry={hurry} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Row({ row, index, hurry }: { row: OrderRow | undefined; index: number; hurry: boolean }) {
  if (!row) return <span className="row waiting" aria-label="Loading" />;
  const { name, outcome, start, stop, key, shown, answer, confidence, error, read } = row;
  return (
    <Link className="row" href={`/${encodeURIComponent(name)}`} data-index={index}>
      <Picture objectKey={shown && !hurry ? key : undefined} size={40} />
      <span className="what">
        <b>{answer === undefined ? (read ? "No answer" : " ") : labelText(answer)}</b>
        <span className="key">{error && outcome === "failed" ? error : key ?? name}</span>
      </span>
      {confidence === undefined ? <span className="confidence" /> : <Confidence value={confidence} />}
      <OutcomeBadge outcome={outcome} />
      <span className="when">
        <Time at={start} />
        <Duration from={start} to={stop} />
      </span>
    </Link>
  );
}
