/** The endpoint, its evaluation, and the training jobs. */
import { Link } from "wouter";
import { countOf, formatSeconds } from "../../../display/format.ts";
import type { Evaluation } from "../../models/evaluation.ts";
import type { EndpointLook, JobRow, ModelsLook } from "../../models/models.ts";
import { useJson, useLive } from "../shell/api.ts";
import { Time } from "../shell/parts.tsx";
import { Empty, Failure, Loading } from "../shell/states.tsx";
import { Drawing } from "./drawing.tsx";

export function Models() {
  const { value, error } = useLive<ModelsLook>("/api/models/live");
  if (!value) {
    if (error) return <Failure title="The models cannot be shown" message={error.message} />;
    return <Loading what="models" />;
  }
  const { endpoint, jobs } = value;
  if (!endpoint && jobs.length === 0) {
    return (
      <>
        <h1>Models</h1>
        <Empty title="No model yet">
          <p>
            <code>npx -y deno task pipeline</code> trains one and deploys it; notebook 2 does it step by step.
          </p>
        </Empty>
      </>
    );
  }
  return (
    <div className="models">
      <header className="head">
        <h1>Models</h1>
      </header>
      <Endpoint endpoint={endpoint} />
      <Jobs jobs={jobs} serving={endpoint?.models.map(({ jobName }) => jobName) ?? []} />
      {endpoint && <Evaluated />}
    </div>
  );
}

function Endpoint({ endpoint }: { endpoint: EndpointLook | undefined }) {
  if (!endpoint) {
    return (
      <section>
        <h2>Endpoint</h2>
        <p className="muted">There is none. Notebook 2 deploys a model.</p>
      </section>
    );
  }
  const { name, status, since, costs, reason, models, capture } = endpoint;
  return (
    <section>
      <h2>Endpoint {name}</h2>
      <p className="facts">
        <b data-good={status === "InService"}>{status}</b>
        <span>
          since <Time at={since} />
        </span>
        <span>{costs}</span>
      </p>
      {reason && <p className="bad">{reason}</p>}
      {models.map(({ name, modelData, image, instance, jobName }) => (
        <dl key={name}>
          <dt>Model</dt>
          <dd>{name}</dd>
          <dt>Trained by</dt>
          <dd>{jobName ? <Link href={`/${encodeURIComponent(jobName)}`}>{jobName}</Link> : "unknown"}</dd>
          <dt>Artifact</dt>
          <dd>
            <code>{modelData}</code>
          </dd>
          <dt>Image</dt>
          <dd>
            <code>{image}</code>
          </dd>
          <dt>Instances</dt>
          <dd>{instance}</dd>
          <dt>Data capture</dt>
          <dd>
            {capture
              ? (
                <>
                  {capture.percent}% to <code>{capture.uri}</code>
                </>
              )
              : "off"}
          </dd>
        </dl>
      ))}
    </section>
  );
}

function Jobs({ jobs, serving }: { jobs: readonly JobRow[]; serving: readonly (string | undefined)[] }) {
  return (
    <section>
      <h2>Training jobs</h2>
      {jobs.length === 0 && <p className="muted">None.</p>}
      {jobs.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label="Training jobs">
          <table>
            <thead>
              <tr>
                <th>Job</th>
                <th>Status</th>
                <th>Begun</th>
                <th className="number">Took</th>
              </tr>
            </thead>
            <tbody>
              {jobs.map(({ name, status, created, ended }) => (
                <tr key={name}>
                  <td>
                    <Link href={`/${encodeURIComponent(name)}`}>{name}</Link>
                    {serving.includes(name) && <span className="tag">serving</span>}
                  </td>
                  <td>{status}</td>
                  <td>
                    <Time at={created} />
                  </td>
                  <td className="number">
                    {ended === undefined ? "…" : formatSeconds((ended - created) / 1000)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Evaluated() {
  const { value, error, again } = useJson<Evaluation>("/api/evaluation");
  return (
    <section>
      <h2>What the endpoint answered</h2>
      {error && <Failure title="The captures cannot be evaluated" message={error.message} retry={again} />}
      {!value && !error && <Loading what="captures" />}
      {value?.captures === 0 && (
        <p className="muted">
          Nothing was captured in the last {value.days} days. Orders are captured some minutes later.
        </p>
      )}
      {value !== undefined && value.captures > 0 && (
        <>
          <p className="muted">
            {countOf(value.captures, "picture")} captured in the last {value.days} days.
          </p>
          {value.words.map((words) => <p key={words}>{words}</p>)}
          <div className="charts">
            {value.charts.map((one) => <Drawing key={one.name} of={one} name={one.name} />)}
          </div>
        </>
      )}
    </section>
  );
}
