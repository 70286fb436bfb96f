/** Finds states by name or by what they do; Enter goes from one to the next. */
/// <reference lib="dom" />
import { type RefObject, useMemo, useState } from "react";
import { allStates, idOf } from "./document/asl.ts";
import { summary } from "./document/words.ts";
import { useEditor } from "./editor_state.ts";

interface Props {
  input: RefObject<HTMLInputElement | null>;
  onFound(ids: ReadonlySet<string>): void;
  onLeave(): void;
}

export function SearchBox({ input, onFound, onLeave }: Props) {
  const { draft: { machine }, selection, select } = useEditor();
  const [text, setText] = useState("");
  const names = useMemo(
    () =>
      allStates(machine).map(({ path, name, state }) => ({
        id: idOf(path),
        text: `${name} ${summary(state)}`.toLowerCase(),
      })),
    [machine],
  );
  const matches = (text: string) =>
    text.trim() === ""
      ? []
      : names.filter((state) => state.text.includes(text.trim().toLowerCase())).map(({ id }) => id);
  const found = matches(text);
  const at = found.indexOf(selection.at(-1) ?? "");
  return (
    <span className="search">
      <input
        type="search"
        ref={input}
        placeholder="Find (/)"
        aria-label="Find a state"
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          onFound(new Set(matches(target.value)));
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            setText("");
            onFound(new Set());
            onLeave();
          }
          if (event.key !== "Enter" || found.length === 0) return;
          const step = event.shiftKey ? -1 : 1;
          select(found[(at + step + found.length) % found.length]!);
        }}
      />
      {text.trim() !== "" && (
        <small role="status">{found.length === 0 ? "none" : `${at + 1 || "–"} of ${found.length}`}</small>
      )}
    </span>
  );
}
