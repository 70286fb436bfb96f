/** The live list, with filters, and the place where pictures are dropped. */
/// <reference lib="dom" />
import { type DragEvent, useRef, useState } from "react";
import { countOf } from "../../../display/format.ts";
import { icons } from "../shell/icons.tsx";
import { Empty, Failure, Loading } from "../shell/states.tsx";
import { type Dropped, filesOf, order } from "./drop.ts";
import { FilterBar } from "./filter_bar.tsx";
import { OrderList } from "./list.tsx";
import { useFilters } from "./query.ts";
import { Tray } from "./tray.tsx";
import { type Orders, useOrders } from "./use_orders.ts";

/** Scrolled further than this, the list stands still while new orders come. */
const TOP = 120;

export function Feed() {
  const [filters, change] = useFilters();
  const [since, setSince] = useState<{ to: string; total: number }>();
  const orders = useOrders(since && !filters.to ? { ...filters, to: since.to } : filters);
  const [dropped, setDropped] = useState<Dropped[]>([]);
  const [over, setOver] = useState(false);
  const note = (one: Dropped) =>
    setDropped((before) =>
      before.some(({ id }) => id === one.id)
        ? before.map((old) => old.id === one.id ? one : old)
        : [...before, one]
    );
  const take = (files: readonly File[]) => void order(files, note);
  const drag = (isOver: boolean) => (event: DragEvent) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(isOver);
  };
  const scrolled = (top: number) => {
    const newest = orders.row(0);
    if (top > TOP && !since && newest) {
      setSince({ to: new Date(newest.start).toISOString(), total: orders.feed?.total ?? 0 });
    } else if (top <= TOP && since) setSince(undefined);
  };
  const fresh = since ? (orders.feed?.total ?? 0) - since.total : 0;
  return (
    <div
      className={over ? "orders over" : "orders"}
      onDragEnter={drag(true)}
      onDragOver={drag(true)}
      onDragLeave={(event) =>
        event.currentTarget.contains(event.relatedTarget as Node | null) || setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void filesOf(event.dataTransfer).then(take);
      }}
    >
      <header className="head">
        <h1>Orders</h1>
        <Count orders={orders} filtered={Object.keys(filters).length > 0} />
        <Choose take={take} />
      </header>
      <FilterBar filters={filters} change={change} classes={orders.latest?.classes ?? []} />
      {dropped.length > 0 && <Tray dropped={dropped} close={() => setDropped([])} />}
      <div className="stage">
        {fresh > 0 && (
          <button
            type="button"
            className="fresh"
            onClick={() => document.querySelector(".list")?.scrollTo({ top: 0 })}
          >
            {countOf(fresh, "new order")} ↑
          </button>
        )}
        <Body orders={orders} filtered={Object.keys(filters).length > 0} onScroll={scrolled} />
      </div>
      {over && (
        <p className="drop" aria-hidden="true">
          {icons.upload} Drop pictures or a folder: each becomes an order
        </p>
      )}
    </div>
  );
}

function Count({ orders: { latest, feed }, filtered }: { orders: Orders; filtered: boolean }) {
  if (!latest || !feed?.deployed) return <span className="count" />;
  const { matching } = latest;
  const { total, complete, read } = feed;
  const all = complete ? "" : " and more";
  if (!filtered) {
    return <span className="count" aria-live="polite">{`${total.toLocaleString("en-US")}${all}`}</span>;
  }
  const unread = total - read;
  return (
    <span className="count" aria-live="polite">
      {`${matching.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}${all}`}
      {unread > 0 && <span>{` · reading ${unread.toLocaleString("en-US")} more`}</span>}
    </span>
  );
}

function Choose({ take }: { take(files: readonly File[]): void }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const taken = (input: HTMLInputElement) => {
    take([...input.files ?? []]);
    input.value = "";
  };
  return (
    <div className="actions">
      <button type="button" className="primary" onClick={() => files.current?.click()}>
        {icons.upload} Order with pictures
      </button>
      <button type="button" onClick={() => folder.current?.click()}>Folder</button>
      <input
        ref={files}
        type="file"
        accept="image/png,image/jpeg"
        multiple
        hidden
        aria-label="Pictures"
        onChange={({ target }) => taken(target)}
      />
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="Folder of pictures"
        {...{ webkitdirectory: "" }}
        onChange={({ target }) => taken(target)}
      />
    </div>
  );
}

function Body(
  { orders, filtered, onScroll }: { orders: Orders; filtered: boolean; onScroll(top: number): void },
) {
  const { latest, error } = orders;
  if (!latest) {
    if (error) return <Failure title="The orders cannot be listed" message={error.message} />;
    return <Loading what="orders" />;
  }
  if (!latest.deployed) {
    return (
      <Empty title="The workflow is not deployed yet">
        <p>
          <code>npx -y deno task pipeline</code> trains a model and deploys everything;{" "}
          <code>npx -y deno task deploy</code> deploys functions and state machine alone.
        </p>
      </Empty>
    );
  }
  if (latest.matching === 0 && filtered) {
    return (
      <Empty title="No order is like that">
        <p>Change or clear the filters.</p>
      </Empty>
    );
  }
  if (latest.matching === 0) {
    return (
      <Empty title="No orders yet">
        <p>
          Drop a picture of a bicycle or a motorcycle here, or choose one above: it is classified while you
          watch.
        </p>
      </Empty>
    );
  }
  return (
    <>
      {error && <p className="trouble" role="alert">{error.message}</p>}
      <OrderList orders={orders} count={latest.matching} onScroll={onScroll} />
    </>
  );
}
