/** Where a transition leads: the states of its machine to choose from. */
/// <reference lib="dom" />
import { useId } from "react";
import { machineOf, objectAt, type Path, statesOf } from "../document/asl.ts";
import { pointTo, targetOf } from "../document/transitions.ts";
import { useEditor } from "../editor_state.ts";

/** @param transition the path of its `Next`, `Default` or `StartAt` */
export function NextSelect({ label, transition }: { label: string; transition: Path }) {
  const { draft: { machine }, edit } = useEditor();
  const id = useId();
  const names = statesOf(objectAt(machine, machineOf(transition))).map(([name]) => name);
  const target = targetOf(machine, transition);
  const field = transition.at(-1);
  const isRule = ["Choices", "Catch"].includes(String(transition.at(-3)));
  const none = field === "Default" ? "nothing: the error States.NoChoiceMatched" : "the end";
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="next-state"
        value={target ?? ""}
        onChange={({ target }) => edit((machine) => pointTo(machine, transition, target.value || undefined))}
      >
        {field !== "StartAt" && !isRule && <option value="">{none}</option>}
        {target !== undefined && !names.includes(target) && (
          <option value={target}>{target} (not there)</option>
        )}
        {names.map((name) => <option key={name}>{name}</option>)}
      </select>
    </div>
  );
}
