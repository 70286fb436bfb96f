/** The form of the whole machine, when nothing is selected. */
/// <reference lib="dom" />
import { allStates } from "../document/asl.ts";
import { setAt } from "../document/fields.ts";
import { useEditor } from "../editor_state.ts";
import { Field } from "./field.tsx";
import { NextSelect } from "./next_select.tsx";

const FIELDS = [
  {
    key: "Comment",
    label: "Comment",
    kind: "text",
    help: "what the workflow is for",
    types: [],
    group: "Other",
  },
  {
    key: "TimeoutSeconds",
    label: "Timeout seconds",
    kind: "number",
    help: "of a whole execution",
    types: [],
    group: "Other",
  },
] as const;

export function MachineForm() {
  const { draft: { machine }, edit } = useEditor();
  const count = allStates(machine).length;
  return (
    <>
      <h2>The workflow</h2>
      <p className="none">
        {count === 0
          ? "There is no state yet. Drag one from the left onto the canvas, or click it."
          : `${count} state${count === 1 ? "" : "s"}. Select one to edit it; press ? for the keys.`}
      </p>
      {FIELDS.map((rule) => <Field key={rule.key} path={[]} rule={rule} />)}
      <div className="field">
        <label htmlFor="query-language">Query language</label>
        <select
          id="query-language"
          value={String(machine.QueryLanguage ?? "")}
          onChange={({ target }) =>
            edit((machine) => setAt(machine, ["QueryLanguage"], target.value || undefined))}
        >
          <option value="">JSONPath (the default)</option>
          <option>JSONPath</option>
          <option>JSONata</option>
        </select>
      </div>
      {count > 0 && <NextSelect label="Starts with" transition={["StartAt"]} />}
    </>
  );
}
