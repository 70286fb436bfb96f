/** Orders per minute of the last hour, by outcome. */
import { countOf } from "../../../display/format.ts";
import type { Minute } from "../../overview/figures.ts";
import { OUTCOME_WORDS, Time } from "../shell/parts.tsx";

const HEIGHT = 96;
const STEP = 10;
const OUTCOMES = ["succeeded", "below threshold", "failed", "running", "unknown"] as const;

export function Minutes({ minutes, last }: { minutes: readonly Minute[]; last: number | undefined }) {
  const totals = minutes.map((minute) => OUTCOMES.reduce((sum, outcome) => sum + (minute[outcome] ?? 0), 0));
  const most = Math.max(...totals);
  const all = totals.reduce((sum, total) => sum + total, 0);
  const now = totals.at(-1) ?? 0;
  if (all === 0) {
    return (
      <section className="minutes">
        <h2>Orders per minute</h2>
        <p className="muted">
          None in the last hour{last === undefined ? "." : (
            <>
              ; the last one came at <Time at={last} />.
            </>
          )}
        </p>
      </section>
    );
  }
  return (
    <section className="minutes">
      <h2>Orders per minute</h2>
      <p className="muted">
        {countOf(all, "order")} in the last hour, at most {most.toLocaleString("en-US")} in a minute, {now}
        {" "}
        in this one.
      </p>
      <svg
        viewBox={`0 0 ${minutes.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Orders in each minute of the last hour: ${totals.join(", ")}`}
      >
        {minutes.map((minute, index) => (
          <Bar key={index} minute={minute} x={index * STEP} scale={HEIGHT / most} />
        ))}
      </svg>
      <p className="axis">
        <span>60 minutes ago</span>
        <span>now</span>
      </p>
      <ul className="legend">
        {OUTCOMES.filter((outcome) => minutes.some((minute) => minute[outcome])).map((outcome) => (
          <li key={outcome} data-outcome={outcome}>{OUTCOME_WORDS[outcome] ?? "Not read yet"}</li>
        ))}
      </ul>
    </section>
  );
}

function Bar({ minute, x, scale }: { minute: Minute; x: number; scale: number }) {
  let top = HEIGHT;
  return OUTCOMES.map((outcome) => {
    const height = (minute[outcome] ?? 0) * scale;
    top -= height;
    return height > 0 && (
      <rect key={outcome} data-outcome={outcome} x={x + 1} width={STEP - 2} y={top} height={height} />
    );
  });
}
