/** Running the deployed machine with an input or a picture; the canvas shows what happens. */
/// <reference lib="dom" />
import { useState } from "react";
import type { MachineKind } from "../../../names.ts";
import type { ExecutionLook } from "../../execution/look.ts";
import { ApiError, ask } from "../shell/api.ts";
import { JsonText } from "./json_text.tsx";
import { pretty } from "./test_panel.tsx";

interface Props {
  sample: string;
  onSample(text: string): void;
  /** Of the execution that the canvas shows. */
  name?: string;
  look?: ExecutionLook;
  failure?: string;
  /** Whether what is deployed is what the canvas shows. */
  isDeployed: boolean;
  machine: MachineKind;
  onRun(name: string | undefined): void;
}

export function RunPanel({ sample, onSample, name, look, failure, isDeployed, machine, onRun }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const start = async (ask: (confirmed: boolean) => Promise<{ name: string }>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      onRun((await agreed(ask)).name);
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  const runInput = () =>
    start((confirmed) =>
      ask("/api/workflow/runs", { body: { input: sample, ...confirmed && { confirmed } } })
    );
  const runPicture = (file: File) =>
    start((confirmed) =>
      ask(`/api/orders?name=${encodeURIComponent(file.name)}${confirmed ? "&confirmed=true" : ""}`, { file })
    );
  if (machine !== "stateMachine") {
    return (
      <p className="none">
        The console runs orders, which the machine of scones.asl.json takes. This one runs in notebook 4.
      </p>
    );
  }
  return (
    <div className="panel">
      {!isDeployed && (
        <p className="warn">
          The deployed machine runs, which is not what the canvas shows. Save and deploy first to run this.
        </p>
      )}
      <h3>With a picture</h3>
      <label
        className="picture-drop"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          const [file] = event.dataTransfer.files;
          if (file) void runPicture(file);
        }}
      >
        <input
          type="file"
          accept="image/png,image/jpeg"
          aria-label="Picture to run with"
          onChange={({ target }) => {
            const [file] = target.files ?? [];
            if (file) void runPicture(file);
            target.value = "";
          }}
        />
        Drop a picture here, or click to choose one
      </label>
      <h3>With an input</h3>
      <JsonText label="Input of the execution" text={sample} onChange={onSample} />
      <div className="buttons">
        <button type="button" className="primary" disabled={busy} onClick={runInput}>
          {busy ? "Starting …" : "Run"}
        </button>
        {name && <button type="button" onClick={() => onRun(undefined)}>Clear the colours</button>}
      </div>
      {(problem ?? failure) && <p className="problem" role="alert">{problem ?? failure}</p>}
      {name && !look && !failure && <p className="loading" role="status">Starting {name} …</p>}
      {look && <Execution look={look} />}
    </div>
  );
}

/** Asks the user first when the server says what it costs. */
async function agreed<T>(ask: (confirmed: boolean) => Promise<T>): Promise<T> {
  try {
    return await ask(false);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409 || !confirm(`${error.message}\n\nRun it?`)) {
      throw error;
    }
    return await ask(true);
  }
}

function Execution({ look }: { look: ExecutionLook }) {
  const { status, output, error, cause, visits } = look;
  return (
    <div className="execution" aria-live="polite">
      <h3>
        <a href={`/orders/${encodeURIComponent(look.name)}`}>{look.name}</a>{" "}
        <span className={status === "SUCCEEDED" ? "good" : status === "RUNNING" ? "" : "bad"}>
          {status.toLowerCase().replaceAll("_", " ")}
        </span>
      </h3>
      {error && <p className="problem">{error}{cause && `: ${cause}`}</p>}
      <table>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Status</th>
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          {visits.slice(0, 200).map(({ name, status, entered, exited }, index) => (
            <tr key={index}>
              <td>{name}</td>
              <td>{status}</td>
              <td>{exited === undefined ? "" : `${exited - entered} ms`}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {output && <pre>{pretty(output)}</pre>}
    </div>
  );
}
