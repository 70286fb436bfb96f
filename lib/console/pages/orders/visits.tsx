/** The states as bars over time. */
import { formatSeconds } from "../../../display/format.ts";
import type { ExecutionLook } from "../../execution/look.ts";

export function Visits({ look, chosen, choose }: {
  look: ExecutionLook;
  chosen: number;
  choose(index: number): void;
}) {
  const { visits, start, stop } = look;
  const end = stop ?? Math.max(start + 1, ...visits.map(({ entered, exited }) => exited ?? entered));
  const share = (time: number) => 100 * (time - start) / Math.max(1, end - start);
  return (
    <ol className="bars">
      {visits.map(({ name, status, entered, exited }, index) => {
        const to = exited ?? end;
        return (
          <li key={index}>
            <button type="button" aria-pressed={index === chosen} onClick={() => choose(index)}>
              <span className="name">{name}</span>
              <span className="lane">
                <span
                  data-status={status}
                  style={{ left: `${share(entered)}%`, width: `max(3px, ${share(to) - share(entered)}%)` }}
                />
              </span>
              <span className="number">{formatSeconds((to - entered) / 1000)}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
