/** One field of a state, with what the target says of it. */
/// <reference lib="dom" />
import { type ComponentProps, lazy, type ReactNode, Suspense, useEffect, useId, useState } from "react";
import { actionOf, ACTIONS } from "../catalogue.ts";
import { idOf, objectAt, type Path, valueAt } from "../document/asl.ts";
import { setAt } from "../document/fields.ts";
import { useEditor } from "../editor_state.ts";
import { useInspector } from "./inspector_data.ts";
import { type Problem, problemsAt } from "./problems.ts";
import type { FieldRule } from "./state_fields.ts";

const LazyJsonField = lazy(() => import("./json_field.tsx"));

/** With CodeMirror, which is loaded when the first such field is shown. */
export function JsonField(props: ComponentProps<typeof LazyJsonField>) {
  return (
    <Suspense fallback={<div className="json-field">…</div>}>
      <LazyJsonField {...props} />
    </Suspense>
  );
}

export function Field({ path, rule }: { path: Path; rule: FieldRule }) {
  const { draft: { machine }, edit } = useEditor();
  const { problems } = useInspector();
  const id = useId();
  const fieldPath = [...path, rule.key];
  const value = valueAt(machine, fieldPath);
  const set = (value: unknown) => edit((machine) => setAt(machine, fieldPath, value), idOf(fieldPath));
  const texts = problemsAt(problems, fieldPath).map(({ message }) => message);
  const wrong = texts.length > 0;
  const common = { id, "aria-invalid": wrong, "aria-describedby": wrong ? `${id}-problems` : undefined };
  return (
    <FieldRow label={rule.label} help={rule.help} id={id} problems={texts}>
      {rule.kind === "json"
        ? <JsonField label={rule.label} value={value} onChange={set} path={fieldPath} />
        : rule.kind === "number"
        ? <NumberInput {...common} value={value} onChange={set} />
        : rule.kind === "choice-of"
        ? (
          <select
            {...common}
            value={String(value ?? "")}
            onChange={({ target }) => set(target.value || undefined)}
          >
            <option value="">as the machine</option>
            {rule.options!.map((option) => <option key={option}>{option}</option>)}
          </select>
        )
        : rule.kind === "resource"
        ? <ResourceInput {...common} path={path} value={value} onChange={set} />
        : rule.kind === "path"
        ? <JsonField label={rule.label} value={value} onChange={set} path={fieldPath} isPath />
        : <TextInput {...common} value={value} onChange={set} />}
    </FieldRow>
  );
}

export function FieldRow({ label, help, id, problems, children }: {
  label: string;
  help?: string;
  id: string;
  problems: readonly string[];
  children: ReactNode;
}) {
  return (
    <div className={`field${problems.length > 0 ? " wrong" : ""}`}>
      <label htmlFor={id} title={help}>{label}</label>
      {children}
      {help && <small className="help">{help}</small>}
      {problems.length > 0 && (
        <ul className="problems" id={`${id}-problems`}>
          {problems.map((text) => <li key={text}>{text}</li>)}
        </ul>
      )}
    </div>
  );
}

export function ListedProblems({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className="problems">
      {problems.map(({ code, message }) => <li key={`${code} ${message}`}>{message}</li>)}
    </ul>
  );
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

interface InputProps {
  id: string;
  value: unknown;
  onChange(value: unknown): void;
  "aria-invalid"?: boolean;
  "aria-describedby"?: string;
}

/** An empty text removes the field. */
export function TextInput({ value, onChange, ...props }: InputProps) {
  const text = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return (
    <input
      {...props}
      value={text}
      spellCheck={false}
      onChange={({ target }) => onChange(target.value === "" ? undefined : target.value)}
    />
  );
}

/** A number, or a JSONata expression for one. */
export function NumberInput({ value, onChange, ...props }: InputProps) {
  const text = value === undefined ? "" : String(value);
  const [typed, setTyped] = useState(text);
  useEffect(() => {
    setTyped((typed) => String(read(typed) ?? "") === text ? typed : text);
  }, [text]);
  return (
    <input
      {...props}
      inputMode="decimal"
      value={typed}
      onChange={({ target }) => {
        setTyped(target.value);
        onChange(read(target.value));
      }}
    />
  );
}

function read(text: string): unknown {
  if (text.trim() === "") return undefined;
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

/** The integration, and which of the target's resources it uses. */
function ResourceInput({ path, value, onChange, ...props }: InputProps & { path: Path }) {
  const { draft: { machine }, edit } = useEditor();
  const { resources } = useInspector();
  const action = actionOf(value);
  const state = objectAt(machine, path);
  const holder = state.Arguments !== undefined ? "Arguments" : "Parameters";
  const resourcePath = action && [...path, holder, action.argument];
  const chosen = resourcePath && valueAt(machine, resourcePath);
  const choices = action && resources ? resources[action.kind] : [];
  const listed = choices.some((choice) => choice.value === chosen);
  const list = `${props.id}-list`;
  return (
    <>
      <input
        {...props}
        list={list}
        value={typeof value === "string" ? value : ""}
        spellCheck={false}
        onChange={({ target }) => onChange(target.value)}
      />
      <datalist id={list}>
        {ACTIONS.map(({ resource, title }) => <option key={resource} value={resource}>{title}</option>)}
      </datalist>
      {resourcePath && choices.length > 0 && (
        <select
          aria-label={action.argument}
          value={listed ? String(chosen) : ""}
          onChange={({ target }) => edit((machine) => setAt(machine, resourcePath, target.value))}
        >
          {!listed && (
            <option value="">{typeof chosen === "string" ? chosen : `Choose from ${action.title}`}</option>
          )}
          {choices.map(({ name, value }) => <option key={value} value={value}>{name}</option>)}
        </select>
      )}
    </>
  );
}
