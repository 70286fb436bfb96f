/** What went into a state and came out, and the log of its function. */
/// <reference lib="dom" />
import { useState } from "react";
import type { CallLog } from "../../execution/logs.ts";
import type { ExecutionLook, VisitLook } from "../../execution/look.ts";
import { useJson } from "../shell/api.ts";
import { Duration } from "../shell/parts.tsx";
import { Loading } from "../shell/states.tsx";

type Tab = "input" | "output" | "log";

export function VisitDetails({ look, index }: { look: ExecutionLook; index: number }) {
  const [tab, setTab] = useState<Tab>("output");
  const visit = look.visits[index]!;
  const tabs: Tab[] = visit.functionName ? ["input", "output", "log"] : ["input", "output"];
  const shown = tabs.includes(tab) ? tab : "output";
  return (
    <section className="visit" aria-label={`State ${visit.name}`}>
      <h2>{visit.name}</h2>
      <p className="facts">
        <span>{visit.type}</span>
        <span>{visit.status}</span>
        <Duration from={visit.entered} to={visit.exited} />
        {visit.attempts > 1 && <span>{visit.attempts} attempts, after {visit.retried.join(", ")}</span>}
      </p>
      <div className="tabs" role="tablist" aria-label="Data of the state">
        {tabs.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            aria-selected={shown === one}
            onClick={() => setTab(one)}
          >
            {{ input: "Input", output: visit.error ? "Error" : "Output", log: "Log" }[one]}
          </button>
        ))}
      </div>
      <div role="tabpanel" aria-label={shown}>
        {shown === "input" && <Data text={visit.input} />}
        {shown === "output" && (visit.error ? <Fault visit={visit} /> : <Data text={visit.output} />)}
        {shown === "log" && <Log look={look} index={index} />}
      </div>
    </section>
  );
}

function Data({ text }: { text: string | undefined }) {
  if (text === undefined) return <p className="muted">Not there yet.</p>;
  return <pre tabIndex={0}>{text}</pre>;
}

function Fault({ visit: { error, cause } }: { visit: VisitLook }) {
  return <pre tabIndex={0} className="bad">{`${error}\n\n${causeText(cause)}`}</pre>;
}

/** A cause as people read it: of a function's error the message, then where it was thrown. */
export function causeText(cause = ""): string {
  try {
    const { errorMessage, trace } = JSON.parse(cause);
    if (typeof errorMessage !== "string") return cause;
    return [errorMessage, ...Array.isArray(trace) ? ["", ...trace.slice(1)] : []].join("\n");
  } catch {
    return cause;
  }
}

function Log({ look, index }: { look: ExecutionLook; index: number }) {
  // Asked again when the state has ended: its last lines are there then.
  const { status } = look.visits[index]!;
  const path = `/api/executions/${encodeURIComponent(look.name)}/log?visit=${index}`;
  return <LogLines key={`${path} ${status}`} path={path} />;
}

function LogLines({ path }: { path: string }) {
  const { value, error, again } = useJson<CallLog | null>(path);
  if (error) return <p role="alert">{error.message}</p>;
  if (value === undefined) return <Loading what="the log" />;
  if (!value || value.lines.length === 0) {
    return (
      <p className="muted">
        No lines in that time. <button type="button" onClick={again}>Look again</button>
      </p>
    );
  }
  return (
    <>
      {value.mixed && <p className="muted">Several calls ran at that time; the lines are of all of them.</p>}
      <pre tabIndex={0}>{value.lines.map(({ time, text }) => `${clock(time)}  ${text}`).join("\n")}</pre>
    </>
  );
}

function clock(time: number): string {
  return new Date(time).toISOString().slice(11, 23);
}
