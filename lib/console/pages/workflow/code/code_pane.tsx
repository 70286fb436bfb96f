/** The code beside the canvas: both change the same draft, and what is selected in one is in the other. */
/// <reference lib="dom" />
import { closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Annotation, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import { idOf, type Path } from "../document/asl.ts";
import { rangeOf, stateAt } from "../document/places.ts";
import { useEditor, useSelectedPath } from "../editor_state.ts";
import type { Problem } from "../inspector/problems.ts";
import { look } from "./code_mirror.ts";
import { smallestChange } from "./smallest_change.ts";

/** Marks changes that come from the canvas, so that they are not sent back. */
const fromCanvas = Annotation.define<boolean>();

const showState = StateEffect.define<{ from: number; to: number } | undefined>();

const selectedState = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { effects, changes, state }) {
    let result = marks.map(changes);
    for (const effect of effects) {
      if (!effect.is(showState)) continue;
      const lines = [];
      if (effect.value) {
        const [first, last] = [state.doc.lineAt(effect.value.from), state.doc.lineAt(effect.value.to)];
        for (let number = first.number; number <= Math.min(last.number, first.number + 2000); number++) {
          lines.push(Decoration.line({ class: "cm-selectedState" }).range(state.doc.line(number).from));
        }
      }
      result = Decoration.set(lines);
    }
    return result;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** @param place a path that shall be shown, such as a problem's; another object shows it again */
export function CodePane({ problems, place }: { problems: readonly Problem[]; place?: { path: Path } }) {
  const editor = useEditor();
  const path = useSelectedPath();
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(editor);
  latest.current = editor;
  const { text, machine, problem } = editor.draft;

  useEffect(() => {
    const created = new EditorView({
      doc: latest.current.draft.text,
      parent: parent.current!,
      extensions: [
        lineNumbers(),
        foldGutter(),
        lintGutter(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        json(),
        selectedState,
        keymap.of([
          { key: "Mod-z", run: () => (latest.current.undo(), true) },
          { key: "Mod-y", run: () => (latest.current.redo(), true) },
          { key: "Mod-Shift-z", run: () => (latest.current.redo(), true) },
          ...searchKeymap,
          ...foldKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        look("The workflow as code"),
        EditorView.updateListener.of((update) => {
          const isOwn = !update.transactions.some((transaction) => transaction.annotation(fromCanvas));
          if (update.docChanged && isOwn) latest.current.setText(update.state.doc.toString());
          else if (update.selectionSet && isOwn) {
            const { draft, selection, select } = latest.current;
            const found = draft.problem
              ? undefined
              : stateAt(draft.machine, draft.text, update.state.selection.main.head);
            if (found && idOf(found) !== selection.at(-1)) select(idOf(found));
          }
        }),
      ],
    });
    view.current = created;
    return () => created.destroy();
  }, []);

  useEffect(() => {
    const { current } = view;
    const before = current?.state.doc.toString();
    if (!current || before === text) return;
    current.dispatch({ changes: smallestChange(before!, text), annotations: fromCanvas.of(true) });
  }, [text]);

  useEffect(() => {
    const { current } = view;
    if (!current || problem) return;
    const range = path && rangeOf(text, path);
    const isIn = range && current.state.selection.main.head >= range.from &&
      current.state.selection.main.head <= range.to && current.hasFocus;
    current.dispatch({
      effects: [
        showState.of(range),
        ...range && !isIn ? [EditorView.scrollIntoView(range.from, { y: "start", yMargin: 40 })] : [],
      ],
      annotations: fromCanvas.of(true),
    });
  }, [path, text, problem]);

  useEffect(() => {
    const { current } = view;
    if (!current || !place) return;
    const { from } = rangeOf(current.state.doc.toString(), place.path);
    current.dispatch({
      selection: { anchor: from },
      effects: EditorView.scrollIntoView(from, { y: "center" }),
      annotations: fromCanvas.of(true),
    });
  }, [place]);

  useEffect(() => {
    const { current } = view;
    if (!current) return;
    const length = current.state.doc.length;
    const found: Diagnostic[] = problem
      ? [{ from: Math.min(problem.offset, length), to: length, severity: "error", message: problem.message }]
      : problems.map(({ path, message }) => {
        const { from } = rangeOf(text, path);
        const line = current.state.doc.lineAt(Math.min(from, length));
        return { from: Math.min(from, length), to: line.to, severity: "error", message };
      });
    current.dispatch(setDiagnostics(current.state, found));
  }, [problems, problem, text, machine]);

  return <div className="code-pane" ref={parent} />;
}
