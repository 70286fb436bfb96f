/** The pictures that were just dropped, and the graph of the latest as it colours. */
import { useState } from "react";
import { Link } from "wouter";
import type { ExecutionLook } from "../../execution/look.ts";
import { countOf, formatCounts } from "../../../display/format.ts";
import { useLive } from "../shell/api.ts";
import { icons } from "../shell/icons.tsx";
import { Confidence, OutcomeBadge, Picture } from "../shell/parts.tsx";
import type { Dropped } from "./drop.ts";
import { Graph } from "./graph.tsx";

const SHOWN = 12;

export function Tray({ dropped, close }: { dropped: readonly Dropped[]; close(): void }) {
  const [chosen, setChosen] = useState<string>();
  const started = dropped.filter(({ name }) => name !== undefined);
  const name = chosen ?? started.at(-1)?.name;
  const count = (state: Dropped["state"]) => dropped.filter((one) => one.state === state).length;
  const refused = dropped.filter(({ state }) => state === "refused");
  return (
    <section className="tray" aria-label="Pictures just ordered">
      <div className="what">
        <h2>{countOf(dropped.length, "picture")}</h2>
        <p role="status">
          {formatCounts({
            waiting: count("waiting"),
            "being sent": count("sending"),
            ordered: started.length,
          })}
        </p>
        <ul>
          {started.slice(-SHOWN).map((one) => (
            <li key={one.id}>
              <button type="button" aria-pressed={one.name === name} onClick={() => setChosen(one.name)}>
                {one.fileName}
              </button>
            </li>
          ))}
          {refused.slice(-SHOWN).map(({ id, fileName, message }) => (
            <li key={id} className="refused">{fileName}: {message}</li>
          ))}
        </ul>
      </div>
      {name && <Live name={name} />}
      <button type="button" className="close" aria-label="Close" onClick={close}>{icons.close}</button>
    </section>
  );
}

function Live({ name }: { name: string }) {
  const { value, error } = useLive<ExecutionLook>(`/api/executions/${encodeURIComponent(name)}/live`);
  if (error && !value) return <p role="alert">{error.message}</p>;
  if (!value) return <div className="live" />;
  return (
    <div className="live">
      <div>
        <Picture objectKey={value.shown ? value.key : undefined} size={96} />
        <OutcomeBadge outcome={value.outcome} />
        {value.probabilities?.map(({ name, probability }) => (
          <Confidence key={name} name={name} value={probability} />
        ))}
        <p>{value.advice?.what}</p>
        <Link href={`/${encodeURIComponent(name)}`}>Everything about it</Link>
      </div>
      <Graph svg={value.svg} />
    </div>
  );
}
