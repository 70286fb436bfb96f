/** Overview: how the orders go, what runs, and what needs attention. */
/// <reference lib="dom" />
import "./page.css";
import { Link } from "wouter";
import { countOf, formatSeconds, percent } from "../../../display/format.ts";
import type { Outcome } from "../../../graph/outcome.ts";
import type { Attention } from "../../overview/attention.ts";
import type { Figures } from "../../overview/figures.ts";
import type { Overview } from "../../routes/overview.ts";
import { useLive } from "../shell/api.ts";
import { Time } from "../shell/parts.tsx";
import { Failure, Loading } from "../shell/states.tsx";
import { Minutes } from "./minutes.tsx";

export default function OverviewPage() {
  const { value, error } = useLive<Overview>("/api/overview/live");
  if (!value) {
    if (error) return <Failure title="The overview cannot be shown" message={error.message} />;
    return <Loading what="the overview" />;
  }
  const { figures, attention } = value;
  return (
    <div className="overview">
      <header className="head">
        <h1>Overview</h1>
        {error && <p className="trouble" role="alert">{error.message}</p>}
      </header>
      <AttentionList items={attention} />
      <Tiles figures={figures} costPerHour={value.resources.costPerHour} />
      <Minutes minutes={figures.minutes} last={figures.last} />
      <div className="cards">
        <EndpointCard overview={value} />
        <TrainingCard overview={value} />
        <DriftCard overview={value} />
      </div>
    </div>
  );
}

function AttentionList({ items }: { items: readonly Attention[] }) {
  if (items.length === 0) return <p className="fine">Nothing needs your attention.</p>;
  return (
    <ul className="attention" aria-label="Needs attention">
      {items.map(({ level, text, todo, path }) => (
        <li key={text} data-level={level}>
          <p>
            <b>{text}</b> {todo && <span>{todo}</span>}
          </p>
          {path && <Link href={path}>Show</Link>}
        </li>
      ))}
    </ul>
  );
}

function Tiles({ figures: { of, since, counts, p50, p99 }, costPerHour }: {
  figures: Figures;
  costPerHour: string | undefined;
}) {
  const ended = of - (counts.running ?? 0);
  const share = (outcome: Outcome) => ended === 0 ? "–" : percent((counts[outcome] ?? 0) / ended);
  const tiles: [value: string, label: string, path?: string][] = [
    [share("succeeded"), "routed", "/orders?outcome=succeeded"],
    [share("below threshold"), "held back", "/orders?outcome=below+threshold"],
    [share("failed"), "failed", "/orders?outcome=failed"],
    [p50 === undefined ? "–" : formatSeconds(p50), "median time, p50"],
    [p99 === undefined ? "–" : formatSeconds(p99), "99% take less, p99"],
    [costPerHour ?? "free", costPerHour ? "per hour for what runs on AWS" : "on the local AWS"],
  ];
  return (
    <section aria-label="Figures">
      <ul className="tiles">
        {tiles.map(([value, label, path]) => (
          <li key={label}>
            {path
              ? (
                <Link href={path}>
                  <Tile value={value} label={label} />
                </Link>
              )
              : <Tile value={value} label={label} />}
          </li>
        ))}
      </ul>
      <p className="muted">
        {since === undefined ? "No orders yet." : (
          <>
            Of the newest {countOf(of, "order")}, since <Time at={since} />.
          </>
        )}
        {counts.unknown ? ` ${countOf(counts.unknown, "order")} of them are still being read.` : ""}
      </p>
    </section>
  );
}

function Tile({ value, label }: { value: string; label: string }) {
  return (
    <>
      <b>{value}</b> <span>{label}</span>
    </>
  );
}

function EndpointCard({ overview: { resources: { endpoint } } }: { overview: Overview }) {
  return (
    <section className="card">
      <h2>Endpoint</h2>
      {endpoint
        ? (
          <>
            <p className="state" data-good={endpoint.status === "InService"}>{endpoint.status}</p>
            <p>{endpoint.name}</p>
            <p className="muted">
              Since <Time at={endpoint.since} />, {endpoint.costs}.
            </p>
            {endpoint.reason && <p className="bad">{endpoint.reason}</p>}
          </>
        )
        : <p className="muted">There is none.</p>}
      <Link href="/models">Models</Link>
    </section>
  );
}

function TrainingCard({ overview: { resources: { jobs } } }: { overview: Overview }) {
  const [job] = jobs;
  return (
    <section className="card">
      <h2>Training</h2>
      {job
        ? (
          <>
            <p className="state" data-good={job.status === "Completed"}>{job.status}</p>
            <p>{job.name}</p>
            <p className="muted">
              Begun <Time at={job.created} />
              {job.ended !== undefined && `, took ${formatSeconds((job.ended - job.created) / 1000)}`}.
            </p>
          </>
        )
        : <p className="muted">No model has been trained yet.</p>}
      {job && <Link href={`/models/${encodeURIComponent(job.name)}`}>Curve and hyperparameters</Link>}
    </section>
  );
}

const VERDICTS = {
  none: "No drift",
  "too few": "Too few orders to tell",
  some: "Some drift",
  strong: "Strong drift",
};

function DriftCard({ overview: { drift } }: { overview: Overview }) {
  return (
    <section className="card">
      <h2>Drift</h2>
      {drift
        ? (
          <>
            <p className="state" data-good={drift.verdict === "none"}>{VERDICTS[drift.verdict]}</p>
            {drift.words.map((words) => <p key={words}>{words}</p>)}
            <p className="muted">
              The newest {countOf(drift.of, "answer")} beside the new endpoint's answers.
            </p>
          </>
        )
        : (
          <p className="muted">
            There is no baseline: notebook 2 records it after the endpoint is deployed.
          </p>
        )}
    </section>
  );
}
