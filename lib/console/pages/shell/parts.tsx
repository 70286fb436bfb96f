/** Small parts that several pages show. */
/// <reference lib="dom" />
import { useState } from "react";
import { confidenceText, formatSeconds, labelText } from "../../../display/format.ts";

/** What people call the outcomes. */
export const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  succeeded: "Routed",
  "below threshold": "Held back",
  failed: "Failed",
  running: "Running",
};

/** An outcome in colour, with a sign and a word. */
export function OutcomeBadge({ outcome }: { outcome: string | undefined }) {
  if (!outcome) return <span className="badge" data-outcome="unknown">Not routed</span>;
  return <span className="badge" data-outcome={outcome}>{OUTCOME_WORDS[outcome] ?? outcome}</span>;
}

/** A picture in the bucket; its place stays when there is none. */
export function Picture({ objectKey, size }: { objectKey: string | undefined; size: number }) {
  const [missing, setMissing] = useState<string>();
  if (!objectKey || missing === objectKey) {
    const title = objectKey ? `There is no picture ${objectKey}` : undefined;
    return <span className="picture" title={title} data-size={size} />;
  }
  return (
    <img
      className="picture"
      data-size={size}
      src={`/api/picture?key=${encodeURIComponent(objectKey)}`}
      alt=""
      loading="lazy"
      onError={() => setMissing(objectKey)}
    />
  );
}

/** A probability as a bar and a number. */
export function Confidence({ value, name }: { value: number; name?: string }) {
  return (
    <span className="confidence">
      {name !== undefined && <span className="name">{labelText(name)}</span>}
      <span className="track" aria-hidden="true">
        <span style={{ width: `${value * 100}%` }} />
      </span>
      <span className="number">{confidenceText(value)}</span>
    </span>
  );
}

/** A time as people read it: of today only the hour. */
export function Time({ at }: { at: number }) {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  const time = date.toLocaleTimeString(undefined, { hour12: false });
  const day = date.toLocaleDateString(undefined, { day: "numeric", month: "short" });
  return (
    <time dateTime={date.toISOString()} title={date.toISOString()}>{isToday ? time : `${day} ${time}`}</time>
  );
}

/** How long something took, or has been running. */
export function Duration({ from, to }: { from: number; to: number | undefined }) {
  return <span className="number">{to === undefined ? "…" : formatSeconds((to - from) / 1000)}</span>;
}
