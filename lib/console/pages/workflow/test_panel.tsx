/** Testing the selected state on the target with an input, and what its data was at each stage. */
/// <reference lib="dom" />
import { useState } from "react";
import type { TestedState } from "../../routes/workflow_checks.ts";
import { ask } from "../shell/api.ts";
import { objectAt } from "./document/asl.ts";
import { useEditor, useSelectedPath } from "./editor_state.ts";
import { JsonText } from "./json_text.tsx";
import { words } from "./inspector/state_fields.ts";

interface Props {
  sample: string;
  onSample(text: string): void;
}

export function TestPanel({ sample, onSample }: Props) {
  const { draft: { machine } } = useEditor();
  const path = useSelectedPath();
  const [busy, setBusy] = useState(false);
  const [mock, setMock] = useState("");
  const [tested, setTested] = useState<{ name: string; result?: TestedState; failure?: string }>();
  const name = path && String(path.at(-1));
  // Of what waits or calls, the answer can be given instead.
  const mocks = path !== undefined &&
    ["Task", "Map", "Parallel"].includes(String(objectAt(machine, path).Type));
  const test = async () => {
    setBusy(true);
    const state = objectAt(machine, path!);
    const language = machine.QueryLanguage;
    const whole = state.QueryLanguage === undefined && language !== undefined
      ? { ...state, QueryLanguage: language }
      : state;
    try {
      const result = await ask<TestedState>("/api/workflow/test", {
        body: {
          state: JSON.stringify(whole),
          input: sample,
          ...mocks && mock.trim() !== "" && { result: mock },
        },
      });
      setTested({ name: name!, result });
    } catch (error) {
      setTested({ name: name!, failure: (error as Error).message });
    } finally {
      setBusy(false);
    }
  };
  const { result, failure } = tested ?? {};
  return (
    <div className="panel">
      <h3 id="sample-title">Input</h3>
      <JsonText label="Sample input" text={sample} onChange={onSample} />
      {mocks && (
        <details className="mock">
          <summary>Pretend that its call answers</summary>
          <JsonText label="Pretended result" text={mock} onChange={setMock} />
        </details>
      )}
      <button type="button" className="primary" disabled={!path || busy} onClick={test}>
        {busy ? "Testing …" : path ? `Test ${name}` : "Select a state to test it"}
      </button>
      <p className="none">
        The target runs this one state with the workflow's role. What it calls, it really calls, unless you
        give the answer.
      </p>
      {failure && <p className="problem" role="alert">{failure}</p>}
      {result && (
        <div aria-live="polite">
          <h3>
            {tested!.name}:{" "}
            <span className={result.status === "SUCCEEDED" ? "good" : "bad"}>
              {STATUS[result.status] ?? result.status}
            </span>
          </h3>
          {result.error && <p className="problem">{result.error}{result.cause && `: ${result.cause}`}</p>}
          {result.nextState && <p>Next: {result.nextState}</p>}
          <ol className="stages">
            {stages(result).map(([stage, text]) => (
              <li key={stage}>
                <b>{words(stage[0]!.toUpperCase() + stage.slice(1))}</b>
                <pre>{pretty(text)}</pre>
              </li>
            ))}
          </ol>
        </div>
      )}
    </div>
  );
}

const STATUS: Record<string, string> = {
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  RETRIABLE: "failed, would be retried",
  CAUGHT_ERROR: "failed, and the error is caught",
};

/** In the order in which the data flows. Source: Step Functions' API, InspectionData. */
const ORDER = [
  "input",
  "afterInputPath",
  "afterParameters",
  "afterArguments",
  "result",
  "afterResultSelector",
  "afterResultPath",
  "afterAssign",
  "variables",
];

function stages({ inspection, output }: TestedState): [string, string][] {
  const rank = (stage: string) => ORDER.indexOf(stage) < 0 ? ORDER.length : ORDER.indexOf(stage);
  const found = Object.entries(inspection).sort(([a], [b]) => rank(a) - rank(b));
  return output === undefined ? found : [...found, ["output", output]];
}

export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
