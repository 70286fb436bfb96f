/** The problems of the draft; a click goes to the state and to its line. */
import { idOf, type Path, statesOf } from "./document/asl.ts";
import { useEditor } from "./editor_state.ts";
import type { Problem } from "./inspector/problems.ts";

interface Props {
  problems: readonly Problem[];
  checking: boolean;
  failure?: string;
  onGo(path: Path): void;
}

export function ProblemList({ problems, checking, failure, onGo }: Props) {
  const { draft: { problem, machine }, select } = useEditor();
  const errors = problems.filter(({ severity }) => severity === "ERROR");
  const summary = problem
    ? problem.message
    : statesOf(machine).length === 0
    ? "The workflow is empty. It can be deployed when it has a state."
    : failure
    ? `The target could not check the workflow: ${failure}`
    : problems.length === 0
    ? checking ? "Checking …" : "The target accepts this workflow."
    : `${errors.length} problem${errors.length === 1 ? "" : "s"}` +
      (problems.length > errors.length ? `, ${problems.length - errors.length} warnings` : "");
  const isGood = !problem && !failure && problems.length === 0;
  return (
    <details
      className={`problem-list${isGood ? " is-good" : ""}`}
      open={problems.length > 0 && problems.length < 4}
    >
      <summary>
        <span role="status">{summary}</span>
      </summary>
      <ol>
        {problems.map(({ message, location, path, statePath, severity, code }) => (
          <li key={`${location} ${message}`}>
            <button
              type="button"
              title={code}
              onClick={() => {
                if (statePath) {
                  select(idOf(statePath));
                }
                onGo(path);
              }}
            >
              <b className={severity === "ERROR" ? "bad" : "warn"}>
                {statePath ? String(statePath.at(-1)) : "workflow"}
              </b>{" "}
              {message}
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}
