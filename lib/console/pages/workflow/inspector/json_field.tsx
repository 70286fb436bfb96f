/** A field that holds JSON, a path or JSONata, with completion, and what it gives for the sample input. */
/// <reference lib="dom" />
import { autocompletion, closeBrackets, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { EditorView, keymap } from "@codemirror/view";
import { useEffect, useRef, useState } from "react";
import { completions, evaluate, holdsExpression, pathValue } from "../code/expressions.ts";
import { look } from "../code/code_mirror.ts";
import { smallestChange } from "../code/smallest_change.ts";
import { idOf, type Path } from "../document/asl.ts";
import { useEditor } from "../editor_state.ts";
import { readField, textOf } from "./field_text.ts";
import { useInspector } from "./inspector_data.ts";

interface Props {
  label: string;
  value: unknown;
  path: Path;
  /** Called with what the text means; undefined removes the field. Not called while it means nothing. */
  onChange(value: unknown): void;
  /** A path: text without quotation marks, or null. */
  isPath?: boolean;
}

export default function JsonField({ label, value, path, onChange, isPath = false }: Props) {
  const { draft } = useEditor();
  const { sample } = useInspector();
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ onChange, value, machine: draft.machine, sample });
  latest.current = { onChange, value, machine: draft.machine, sample };
  const [problem, setProblem] = useState<string>();

  useEffect(() => {
    const complete = (context: CompletionContext) => {
      const { machine, sample } = latest.current;
      const line = context.state.doc.lineAt(context.pos);
      const found = completions(line.text.slice(0, context.pos - line.from), machine, sample);
      if (!found) return null;
      const options = found.words.map((label) => ({ label, type: "variable" }));
      return { from: line.from + found.from, options, validFor: /^[\w$.]*$/ };
    };
    const created = new EditorView({
      doc: textOf(latest.current.value, isPath),
      parent: parent.current!,
      extensions: [
        history(),
        closeBrackets(),
        ...isPath ? [] : [json()],
        autocompletion({ override: [complete], icons: false }),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.lineWrapping,
        look(label),
        EditorView.updateListener.of(({ docChanged, state, view }) => {
          if (!docChanged || !view.hasFocus) return;
          const read = readField(state.doc.toString(), isPath);
          setProblem("problem" in read ? read.problem : undefined);
          if ("value" in read) latest.current.onChange(read.value);
        }),
      ],
    });
    view.current = created;
    return () => created.destroy();
  }, [idOf(path), isPath]);

  useEffect(() => {
    const { current } = view;
    if (!current) return;
    const shown = current.state.doc.toString();
    const read = readField(shown, isPath);
    const isShown = "value" in read && JSON.stringify(read.value) === JSON.stringify(value);
    if (isShown || current.hasFocus && "problem" in read) return;
    setProblem(undefined);
    current.dispatch({ changes: smallestChange(shown, textOf(value, isPath)) });
  }, [value]);

  return (
    <>
      <div className={`json-field${isPath ? " one-line" : ""}`} ref={parent} />
      {problem ? <p className="problem">{problem}</p> : <Result value={value} isPath={isPath} />}
    </>
  );
}

/** What the field gives for the sample input. */
function Result({ value, isPath }: { value: unknown; isPath: boolean }) {
  const { sample } = useInspector();
  const [result, setResult] = useState<{ text: string; isBad?: boolean }>();
  useEffect(() => {
    let isCurrent = true;
    const show = (result: typeof shown) => isCurrent && setResult(result);
    const shown = undefined as { text: string; isBad?: boolean } | undefined;
    if (isPath) {
      const found = typeof value === "string" ? pathValue(value, sample) : undefined;
      show(found === undefined ? undefined : { text: short(found) });
    } else if (holdsExpression(value)) {
      evaluate(value, sample).then(
        (result) => show({ text: result === undefined ? "nothing" : short(result) }),
        (error: Error) => show({ text: error.message, isBad: true }),
      );
    } else show(undefined);
    return () => {
      isCurrent = false;
    };
  }, [value, sample, isPath]);
  if (!result) return null;
  return (
    <output className={`result${result.isBad ? " bad" : ""}`} title="For the sample input of the Test tab">
      <span aria-hidden="true">→</span> {result.text}
    </output>
  );
}

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
