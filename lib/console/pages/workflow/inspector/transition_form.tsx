/** The form of a transition. */
/// <reference lib="dom" />
import type { Path } from "../document/asl.ts";
import { stateOf } from "../document/asl.ts";
import { pointTo } from "../document/transitions.ts";
import { idOf } from "../document/asl.ts";
import { useEditor } from "../editor_state.ts";
import { NextSelect } from "./next_select.tsx";

export function TransitionForm({ path }: { path: Path }) {
  const { draft: { machine }, edit, select } = useEditor();
  const from = stateOf(machine, path.slice(0, -1));
  const isStart = path.at(-1) === "StartAt";
  return (
    <>
      <h2>{isStart ? "Start" : `From ${from?.at(-1) ?? "?"}`}</h2>
      <p className="none">
        {KINDS[String(path.at(-3))] ?? (path.at(-1) === "Default" ? KINDS.Default : KINDS.Next)}
      </p>
      <NextSelect label="Leads to" transition={path} />
      <div className="buttons">
        {from && !isStart && (
          <button type="button" onClick={() => select(idOf(from))}>Edit {String(from.at(-1))}</button>
        )}
        {!isStart && (
          <button
            type="button"
            className="danger"
            onClick={() => edit((machine) => pointTo(machine, path, undefined))}
          >
            Remove
          </button>
        )}
      </div>
    </>
  );
}

const KINDS: Record<string, string> = {
  Choices: "Taken when its rule holds. The rule is in the form of the Choice state.",
  Catch: "Taken on an error that its catcher names.",
  Default: "Taken when no rule holds.",
  Next: "Taken when the state has ended. What is clicked in the palette now comes onto this line.",
};
