/** A small editor of JSON text. */
/// <reference lib="dom" />
import { closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { linter } from "@codemirror/lint";
import { EditorView, keymap } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { look } from "./code/code_mirror.ts";

export function JsonText(
  { label, text, onChange }: { label: string; text: string; onChange(text: string): void },
) {
  const parent = useRef<HTMLDivElement>(null);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    const view = new EditorView({
      doc: text,
      parent: parent.current!,
      extensions: [
        history(),
        closeBrackets(),
        json(),
        linter((view) => view.state.doc.length === 0 ? [] : jsonParseLinter()(view)),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.lineWrapping,
        look(label),
        EditorView.updateListener.of(({ docChanged, state }) =>
          docChanged && latest.current(state.doc.toString())
        ),
      ],
    });
    return () => view.destroy();
  }, [label]);
  return <div className="json-field" ref={parent} />;
}
