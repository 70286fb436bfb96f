/** The rows of the list: only those in sight are asked for, and again when something has changed. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { FeedState } from "../../orders/feed.ts";
import type { OrderPage, OrderRow } from "../../routes/orders.ts";
import { ask, useLive } from "../shell/api.ts";
import type { Filters } from "./query.ts";

const PAGE = 50;
/** Changes that come faster than this are shown together. */
const CALM_MS = 250;

export interface Orders {
  /** Undefined before the first answer. */
  latest?: OrderPage;
  feed?: FeedState;
  error?: Error;
  row(index: number): OrderRow | undefined;
  /** Tells which rows are in sight. */
  look(first: number, last: number): void;
}

export function useOrders(filters: Filters): Orders {
  const query = new URLSearchParams(filters as Record<string, string>).toString();
  const feed = useLive<FeedState>("/api/orders/live");
  const [answers, setAnswers] = useState<
    { query: string; pages: Map<number, OrderRow[]>; latest?: OrderPage }
  >({
    query,
    pages: new Map(),
  });
  const [error, setError] = useState<Error>();
  const sight = useRef({ first: 0, last: 0 });
  const asked = useRef(new Map<number, AbortController>());

  const load = useCallback((page: number) => {
    asked.current.get(page)?.abort();
    const controller = new AbortController();
    asked.current.set(page, controller);
    ask<OrderPage>(`/api/orders?${query}&offset=${page * PAGE}&limit=${PAGE}`, { signal: controller.signal })
      .then(
        (latest) => {
          setError(undefined);
          setAnswers((before) => {
            const pages = before.query === query ? before.pages : new Map<number, OrderRow[]>();
            return { query, latest, pages: new Map(pages).set(page, latest.rows) };
          });
        },
        (error) => controller.signal.aborted || setError(error),
      ).finally(() => {
        if (asked.current.get(page) === controller) asked.current.delete(page);
      });
  }, [query]);

  const pagesInSight = useCallback(() => {
    const { first, last } = sight.current;
    const from = Math.floor(first / PAGE);
    return Array.from({ length: Math.floor(last / PAGE) - from + 1 }, (_, index) => from + index);
  }, []);

  // Another filter: nothing of the old answers counts, but they stay in sight until there are new ones.
  useEffect(() => {
    sight.current = { first: 0, last: 0 };
    for (const controller of asked.current.values()) controller.abort();
    asked.current.clear();
    load(0);
  }, [load]);

  const version = feed.value?.version;
  const seen = answers.latest?.version;
  useEffect(() => {
    if (version === undefined || seen === undefined || version <= seen) return;
    const timer = setTimeout(() => pagesInSight().forEach(load), CALM_MS);
    return () => clearTimeout(timer);
  }, [version, seen, load, pagesInSight]);

  const { pages } = answers;
  const look = useCallback((first: number, last: number) => {
    sight.current = { first, last };
    const wanted = pagesInSight();
    for (const [page, controller] of asked.current) if (!wanted.includes(page)) controller.abort();
    for (const page of wanted) {
      if (!(answers.query === query && pages.has(page)) && !asked.current.has(page)) load(page);
    }
  }, [answers.query, query, pages, load, pagesInSight]);

  return {
    latest: answers.latest,
    feed: feed.value,
    error: error ?? feed.error,
    row: (index) => pages.get(Math.floor(index / PAGE))?.[index % PAGE],
    look,
  };
}
