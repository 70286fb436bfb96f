/** One training job: its curve, hyperparameters and log. */
import { Link } from "wouter";
import { formatSeconds } from "../../../display/format.ts";
import type { JobLook } from "../../models/models.ts";
import { useLive } from "../shell/api.ts";
import { Time } from "../shell/parts.tsx";
import { Failure, Loading } from "../shell/states.tsx";
import { Drawing } from "./drawing.tsx";

export function Job({ name }: { name: string }) {
  const { value: job, error } = useLive<JobLook>(`/api/models/${encodeURIComponent(name)}/live`);
  if (!job) {
    if (error) return <Failure title={`${name} cannot be shown`} message={error.message} />;
    return <Loading what="the training job" />;
  }
  const { status, secondary, created, seconds, billableSeconds, reason, network } = job;
  return (
    <article className="models">
      <header className="head">
        <p className="crumbs">
          <Link href="/">Models</Link> /
        </p>
        <h1>{name}</h1>
        <p className="facts">
          <b data-good={status === "Completed"}>{status}</b>
          {status === "InProgress" && <span>{secondary}</span>}
          <span>
            begun <Time at={created} />
          </span>
          {seconds !== undefined && <span>trained for {formatSeconds(seconds)}</span>}
          {billableSeconds !== undefined && <span>{formatSeconds(billableSeconds)} billed</span>}
        </p>
      </header>
      {error && <p className="trouble" role="alert">{error.message}</p>}
      {reason && <p className="trouble" role="alert">{reason}</p>}
      {job.curve
        ? <Drawing of={job.curve} name="Accuracy by epoch" />
        : <p className="muted">No epoch is complete yet.</p>}
      <div className="pairs">
        <Facts title="Hyperparameters" facts={job.hyperparameters} />
        <Facts
          title="Results"
          facts={{
            ...Object.fromEntries(
              Object.entries(job.metrics).map(([metric, value]) => [metric, value.toPrecision(4)]),
            ),
            ...network ? { network } : {},
            ...job.modelData ? { artifact: job.modelData } : {},
          }}
        />
        <Facts
          title="Input"
          facts={{
            ...Object.fromEntries(job.channels.map(({ name, uri }) => [name, uri])),
            image: job.image,
            instances: job.instance,
          }}
        />
      </div>
      <h2>Log</h2>
      {job.log.length === 0
        ? <p className="muted">No lines yet.</p>
        : <pre className="log" tabIndex={0}>{job.log.join("\n")}</pre>}
    </article>
  );
}

function Facts({ title, facts }: { title: string; facts: Record<string, string> }) {
  const entries = Object.entries(facts);
  return (
    <section>
      <h2>{title}</h2>
      {entries.length === 0 ? <p className="muted">None yet.</p> : (
        <dl>
          {entries.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
