/** Where a transition leads: the states of its machine to choose from. */
/// <reference lib="dom" />
import { useId } from "react";
import { insertLoose } from "../document/arrange.ts";
import { machineOf, objectAt, type Path, statesOf } from "../document/asl.ts";
import { pointTo, targetOf } from "../document/transitions.ts";
import { useEditor } from "../editor_state.ts";

/** Before a type; no state's name has it. */
const NEW = "\u0001";

/** @param transition the path of its `Next`, `Default` or `StartAt` */
export function NextSelect({ label, transition }: { label: string; transition: Path }) {
  const { draft: { machine }, edit } = useEditor();
  const id = useId();
  const names = statesOf(objectAt(machine, machineOf(transition))).map(([name]) => name);
  const target = targetOf(machine, transition);
  const field = transition.at(-1);
  const isRule = ["Choices", "Catch"].includes(String(transition.at(-3)));
  const none = field === "Default" ? "nothing: the error States.NoChoiceMatched" : "the end";
  const choose = (name: string) =>
    edit((machine) => {
      if (!name.startsWith(NEW)) return pointTo(machine, transition, name || undefined);
      const type = name.slice(NEW.length);
      const { machine: larger, path } = insertLoose(machine, machineOf(transition), type, { Type: type });
      return pointTo(larger, transition, String(path.at(-1)));
    });
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="next-state"
        value={target ?? ""}
        onChange={({ target }) => choose(target.value)}
      >
        {field !== "StartAt" && !isRule && <option value="">{none}</option>}
        {target !== undefined && !names.includes(target) && (
          <option value={target}>{target} (not there)</option>
        )}
        {names.map((name) => <option key={name}>{name}</option>)}
        {["Pass", "Succeed", "Fail"].map((type) => (
          <option key={type} value={NEW + type}>a new {type} state</option>
        ))}
      </select>
    </div>
  );
}
