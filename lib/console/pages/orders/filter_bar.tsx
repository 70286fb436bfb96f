/** The filters above the list. */
/// <reference lib="dom" />
import { useEffect, useState } from "react";
import { labelText } from "../../../display/format.ts";
import { icons } from "../shell/icons.tsx";
import { OUTCOME_WORDS } from "../shell/parts.tsx";
import { type Filters, hoursAgo, PERIODS } from "./query.ts";

/** Confidences to choose from, as `above-below`. */
const CONFIDENCES = [
  { label: "Any confidence", range: "" },
  { label: "Under 0.6", range: "-0.6" },
  { label: "0.6 to 0.8", range: "0.6-0.8" },
  { label: "0.8 to 0.95", range: "0.8-0.95" },
  { label: "0.95 and more", range: "0.95-" },
];

export function FilterBar({ filters, change, classes }: {
  filters: Filters;
  change(filters: Filters): void;
  classes: readonly string[];
}) {
  const range = filters.above || filters.below ? `${filters.above ?? ""}-${filters.below ?? ""}` : "";
  const isSet = Object.keys(filters).length > 0;
  return (
    <div className="filters" role="group" aria-label="Filters">
      <div className="chips">
        {[["", "All"], ...Object.entries(OUTCOME_WORDS)].map(([outcome, word]) => (
          <button
            key={outcome}
            type="button"
            aria-pressed={(filters.outcome ?? "") === outcome}
            onClick={() => change({ outcome })}
          >
            {word}
          </button>
        ))}
      </div>
      <TextFilter text={filters.text ?? ""} change={(text) => change({ text })} />
      {classes.length > 0 && (
        <select
          aria-label="Class"
          value={filters.class ?? ""}
          onChange={(event) => change({ class: event.target.value })}
        >
          <option value="">Any class</option>
          {classes.map((name) => <option key={name} value={name}>{labelText(name)}</option>)}
        </select>
      )}
      <select
        aria-label="Confidence"
        value={range}
        onChange={({ target }) => {
          const [above, below] = target.value.split("-");
          change({ above, below });
        }}
      >
        {CONFIDENCES.map(({ label, range }) => <option key={range} value={range}>{label}</option>)}
        {!CONFIDENCES.some((one) => one.range === range) && <option value={range}>{range}</option>}
      </select>
      <TimeFilter filters={filters} change={change} />
      {isSet && (
        <button
          type="button"
          className="clear"
          aria-label="Clear the filters"
          title="Clear the filters"
          onClick={() => change(Object.fromEntries(Object.keys(filters).map((name) => [name, ""])))}
        >
          {icons.close}
        </button>
      )}
    </div>
  );
}

/** A period that ends now, or any two times. */
function TimeFilter({ filters: { from, to }, change }: { filters: Filters; change(filters: Filters): void }) {
  const isSet = from !== undefined || to !== undefined;
  const [between, setBetween] = useState(isSet);
  return (
    <>
      <select
        aria-label="Time"
        value={between ? "between" : ""}
        onChange={({ target: { value } }) => {
          setBetween(value !== "");
          change({ from: value ? hoursAgo(Number(value) || 24) : "", to: "" });
        }}
      >
        {PERIODS.map(({ label, hours }) => <option key={label} value={hours ?? ""}>{label}</option>)}
        <option value="between">Between …</option>
      </select>
      {between && (
        <>
          <Moment label="From" time={from} change={(from) => change({ from })} />
          <Moment label="Until" time={to} change={(to) => change({ to })} />
        </>
      )}
    </>
  );
}

function Moment(
  { label, time, change }: { label: string; time: string | undefined; change(time: string): void },
) {
  return (
    <input
      type="datetime-local"
      aria-label={label}
      title={label}
      value={time === undefined ? "" : localText(time)}
      onChange={({ target: { value } }) => change(value ? new Date(value).toISOString() : "")}
    />
  );
}

/** A time of this place as the input has it, `2026-01-31T12:00`. */
function localText(time: string): string {
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Searches when the typing pauses. */
function TextFilter({ text, change }: { text: string; change(text: string): void }) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => change(typed), 250);
    return () => clearTimeout(timer);
  }, [typed, text, change]);
  return (
    <input
      type="search"
      aria-label="Search in names, keys and errors"
      placeholder="Search name, picture, error"
      maxLength={200}
      value={typed}
      onChange={({ target }) => setTyped(target.value)}
    />
  );
}
