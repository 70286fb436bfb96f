/** The filters, which are in the page's address. */
import { useSearchParams } from "wouter";

export const FILTERS = ["outcome", "class", "above", "below", "text", "from", "to"] as const;

export type FilterName = typeof FILTERS[number];

export type Filters = Partial<Record<FilterName, string>>;

export function useFilters(): [Filters, (change: Filters) => void] {
  const [search, setSearch] = useSearchParams();
  const filters: Filters = {};
  for (const name of FILTERS) {
    const value = search.get(name);
    if (value) filters[name] = value;
  }
  const change = (changed: Filters) =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      for (const [name, value] of Object.entries(changed)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      return next;
    }, { replace: true });
  return [filters, change];
}

/** How long ago the orders may have begun. */
export const PERIODS = [
  { label: "Any time", hours: undefined },
  { label: "Last hour", hours: 1 },
  { label: "Last 24 hours", hours: 24 },
  { label: "Last 7 days", hours: 24 * 7 },
];

/** The time so many hours ago as ISO text, to the minute, so that it does not change with every look. */
export function hoursAgo(hours: number): string {
  const minute = 60_000;
  return new Date(Math.floor((Date.now() - hours * 60 * minute) / minute) * minute).toISOString();
}
