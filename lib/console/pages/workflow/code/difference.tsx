/** Two texts side by side, with what differs. */
/// <reference lib="dom" />
import { json } from "@codemirror/lang-json";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { look } from "./code_mirror.ts";

interface Side {
  title: string;
  text: string;
}

export default function Difference({ before, after }: { before: Side; after: Side }) {
  const parent = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const side = ({ title, text }: Side) => ({
      doc: text,
      extensions: [
        lineNumbers(),
        json(),
        look(title),
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
      ],
    });
    const view = new MergeView({
      a: side(before),
      b: side(after),
      parent: parent.current!,
      gutter: true,
      collapseUnchanged: { margin: 3, minSize: 6 },
    });
    return () => view.destroy();
  }, [before.text, after.text, before.title, after.title]);
  return (
    <div className="difference">
      <div className="difference-titles">
        <b>{before.title}</b>
        <b>{after.title}</b>
      </div>
      {before.text === after.text
        ? <p className="none">They are the same.</p>
        : <div className="difference-view" ref={parent} />}
    </div>
  );
}
