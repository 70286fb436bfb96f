/** The form of what is selected: a state, a transition, or the whole machine. */
/// <reference lib="dom" />
import { useEffect, useState } from "react";
import { idOf, languageOf, objectAt, type Path, pathOf } from "../document/asl.ts";
import { setAt } from "../document/fields.ts";
import { nameProblem, rename } from "../document/names.ts";
import { stateIcon } from "../canvas/state_icons.tsx";
import { summary } from "../document/words.ts";
import { isTerminal } from "../document/transitions.ts";
import { useEditor, useSelectedPath } from "../editor_state.ts";
import { ChoiceRules } from "./choice_rules.tsx";
import { Catchers, Retriers } from "./error_handlers.tsx";
import { Field, FieldRow, ListedProblems, Section } from "./field.tsx";
import { InspectorContext, type InspectorData, useInspector } from "./inspector_data.ts";
import { MachineForm } from "./machine_form.tsx";
import { NextSelect } from "./next_select.tsx";
import { problemsAt } from "./problems.ts";
import { fieldsOf, GROUPS, unknownFields } from "./state_fields.ts";
import { TransitionForm } from "./transition_form.tsx";

export function Inspector(data: InspectorData) {
  const path = useSelectedPath();
  const { selection, line } = useEditor();
  const form = selection.length > 1
    ? (
      <p className="none">
        {selection.length}{" "}
        states are selected. Copy, duplicate, wrap or delete them with the keys or the toolbar.
      </p>
    )
    : path
    ? <StateForm key={idOf(path)} path={path} />
    : line !== undefined
    ? <TransitionForm path={pathOf(line)} />
    : <MachineForm />;
  return (
    <InspectorContext value={data}>
      <section className="inspector" aria-label="Inspector">{form}</section>
    </InspectorContext>
  );
}

function StateForm({ path }: { path: Path }) {
  const { draft: { machine }, edit } = useEditor();
  const { problems } = useInspector();
  const state = objectAt(machine, path);
  const type = String(state.Type ?? "");
  const language = languageOf(machine, state);
  const rules = fieldsOf(type, language);
  const shown = rules.filter(({ usual, key }) => usual || Object.hasOwn(state, key));
  const more = rules.filter((rule) => !shown.includes(rule));
  const own = problemsAt(problems, path).filter((problem) => idOf(problem.path) === idOf(path));
  return (
    <>
      <h2 className="kind" data-type={type}>
        <span className="type-icon">{stateIcon(state)}</span>{" "}
        {type === "Task" ? summary(state) : `${type} state`}
      </h2>
      <NameField path={path} />
      <ListedProblems problems={own} />
      <Field path={path} rule={COMMENT} />
      {GROUPS.map((group) => {
        const fields = shown.filter((rule) => rule.group === group);
        if (fields.length === 0) return null;
        return (
          <Section key={group} title={group}>
            {fields.map((rule) => <Field key={rule.key} path={path} rule={rule} />)}
          </Section>
        );
      })}
      {type === "Choice" && <ChoiceRules path={path} language={language} />}
      {["Task", "Parallel", "Map"].includes(type) && (
        <Section title="Errors">
          <Retriers path={path} />
          <Catchers path={path} />
        </Section>
      )}
      {!isTerminal(state) && (
        <Section title="Then">
          <NextSelect
            label={type === "Choice" ? "Otherwise" : "Next state"}
            transition={[...path, type === "Choice" ? "Default" : "Next"]}
          />
        </Section>
      )}
      {unknownFields(state, rules).length > 0 && (
        <Section title="Fields of the code">
          {unknownFields(state, rules).map((key) => (
            <Field
              key={key}
              path={path}
              rule={{ key, label: key, kind: "json", help: "kept as it is", types: [], group: "Other" }}
            />
          ))}
        </Section>
      )}
      {more.length > 0 && (
        <label className="add-field">
          <select
            aria-label="Add a field"
            value=""
            onChange={({ target }) => {
              const rule = more.find(({ key }) => key === target.value)!;
              edit((machine) => setAt(machine, [...path, rule.key], firstValue(rule.kind, rule.options)));
            }}
          >
            <option value="">Add a field …</option>
            {more.map(({ key, label, help }) => <option key={key} value={key}>{`${label}: ${help}`}</option>)}
          </select>
        </label>
      )}
    </>
  );
}

const COMMENT = {
  key: "Comment",
  label: "Comment",
  kind: "text",
  help: "what it is for",
  types: [],
  group: "Other",
} as const;

function firstValue(kind: string, options: readonly string[] = []): unknown {
  if (kind === "number") return 1;
  if (kind === "json") return {};
  if (kind === "choice-of") return options[0];
  return kind === "path" ? "$" : "";
}

/** The name; what leads to the state follows when it is left. */
function NameField({ path }: { path: Path }) {
  const { draft: { machine }, edit } = useEditor();
  const old = String(path.at(-1));
  const [name, setName] = useState(old);
  useEffect(() => setName(old), [old]);
  const problem = nameProblem(machine, path, name);
  const commit = () => {
    if (problem) return setName(old);
    if (name !== old) edit((machine) => rename(machine, path, name));
  };
  return (
    <FieldRow label="Name" id="state-name" problems={problem ? [problem] : []}>
      <input
        id="state-name"
        value={name}
        spellCheck={false}
        aria-invalid={problem !== undefined}
        onChange={({ target }) => setName(target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          if (event.key === "Escape") setName(old);
        }}
      />
    </FieldRow>
  );
}
