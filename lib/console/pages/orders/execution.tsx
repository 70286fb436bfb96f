/** One execution: what happened in each state, and what can be done. */
/// <reference lib="dom" />
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { labelText } from "../../../display/format.ts";
import type { ExecutionLook } from "../../execution/look.ts";
import { ask, useLive } from "../shell/api.ts";
import { askSpending, confirmed } from "../shell/confirm.tsx";
import { Confidence, Duration, OutcomeBadge, Picture, Time } from "../shell/parts.tsx";
import { Failure, Loading } from "../shell/states.tsx";
import { Comparison } from "./comparison.tsx";
import { Events } from "./events.tsx";
import { Graph } from "./graph.tsx";
import { causeText, VisitDetails } from "./visit.tsx";
import { Visits } from "./visits.tsx";

export function Execution({ name }: { name: string }) {
  const { value: look, error } = useLive<ExecutionLook>(`/api/executions/${encodeURIComponent(name)}/live`);
  const [chosen, setChosen] = useState<number>();
  const [view, setView] = useState<"states" | "events" | "compare">("states");
  if (!look) {
    if (error) return <Failure title={`${name} cannot be shown`} message={error.message} />;
    return <Loading what="the execution" />;
  }
  const worst = look.visits.findLastIndex(({ status }) => status === "failed" || status === "running");
  const shown = chosen ?? (worst >= 0 ? worst : look.visits.length - 1);
  const visit = look.visits[shown];
  return (
    <article className="execution">
      <Head look={look} />
      {error && <p className="trouble" role="alert">{error.message}</p>}
      <div className="columns">
        <Answer look={look} />
        <Graph
          svg={look.svg}
          chosen={visit?.name}
          choose={(state) => {
            const index = look.visits.findLastIndex(({ name }) => name === state);
            if (index >= 0) setChosen(index);
          }}
        />
        {visit && <VisitDetails look={look} index={shown} />}
      </div>
      <div className="tabs" role="tablist" aria-label="Views of the execution">
        {(["states", "events", "compare"] as const).map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            aria-selected={view === one}
            onClick={() => setView(one)}
          >
            {{ states: "States over time", events: `Events (${look.eventCount})`, compare: "Compare" }[one]}
          </button>
        ))}
      </div>
      <div role="tabpanel" aria-label={view}>
        {view === "states" && <Visits look={look} chosen={shown} choose={setChosen} />}
        {view === "events" && <Events look={look} />}
        {view === "compare" && <Comparison look={look} />}
      </div>
    </article>
  );
}

function Head({ look }: { look: ExecutionLook }) {
  const { name, outcome, status, start, stop } = look;
  const [, go] = useLocation();
  const [trouble, setTrouble] = useState<string>();
  const path = `/api/executions/${encodeURIComponent(name)}`;
  const attempt = (work: () => Promise<unknown>) => () => {
    setTrouble(undefined);
    work().catch((error) => setTrouble(error.message));
  };
  const again = attempt(async () => {
    const started = await askSpending<{ name: string }>(`${path}/again`);
    if (started) go(`/${encodeURIComponent(started.name)}`);
  });
  const stopIt = attempt(async () => {
    if (await confirmed(`Stop ${name}? It ends without an answer.`, "Stop it")) {
      await ask(`${path}/stop`, { body: {} });
    }
  });
  return (
    <header className="head">
      <p className="crumbs">
        <Link href="/">Orders</Link> /
      </p>
      <h1>{name}</h1>
      <p className="facts">
        <OutcomeBadge outcome={outcome} />
        <span>{status}</span>
        <Time at={start} />
        <Duration from={start} to={stop} />
      </p>
      <div className="actions">
        {status === "RUNNING" && <button type="button" className="danger" onClick={stopIt}>Stop</button>}
        <button type="button" onClick={again}>Run again</button>
      </div>
      {trouble && <p className="trouble" role="alert">{trouble}</p>}
    </header>
  );
}

function Answer({ look: { key, shown, probabilities, advice, error, cause } }: { look: ExecutionLook }) {
  const best = probabilities?.toSorted((a, b) => b.probability - a.probability)[0];
  return (
    <section className="answer" aria-label="Picture and answer">
      <Picture objectKey={shown ? key : undefined} size={160} />
      <p className="key">{key ?? "The input names no picture."}</p>
      {best && <h2>{labelText(best.name)}</h2>}
      {probabilities?.map(({ name, probability }) => (
        <Confidence
          key={name}
          name={name}
          value={probability}
        />
      ))}
      {advice && (
        <div className="advice">
          <p>
            <b>{advice.what}</b>
          </p>
          {advice.todo && <p>{advice.todo}</p>}
        </div>
      )}
      {error && (
        <details>
          <summary>Error and cause</summary>
          <pre>{`${error}\n\n${causeText(cause)}`}</pre>
        </details>
      )}
    </section>
  );
}
