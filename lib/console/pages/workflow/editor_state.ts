/** What the editor knows: the draft with its history, what is selected, and what can be done. */
/// <reference lib="dom" />
import { createContext, useContext, useMemo, useReducer } from "react";
import type { MachineKind } from "../../../names.ts";
import type { Arranged } from "./document/arrange.ts";
import { idOf, type Machine, type Path, pathOf, valueAt } from "./document/asl.ts";
import { begin, change, type History, redo, undo } from "./document/history.ts";
import { readText, type SyntaxProblem, writeText } from "./document/text.ts";

export interface Draft {
  text: string;
  /** Of the text, or of the last text that was JSON. */
  machine: Machine;
  problem?: SyntaxProblem;
}

/** Where the draft comes from, and goes to when it is saved. */
export interface Source {
  /** The file's name; absent for the deployed machine. */
  file?: string;
  etag: string | null;
  /** What it is deployed as. */
  machine: MachineKind;
  /** As it was opened or saved. */
  text: string;
}

interface EditorData {
  history: History<Draft>;
  source: Source;
  /** Counts what was opened, by which the canvas begins anew. */
  opening: number;
  /** Ids of states; the last is the one that the inspector shows. */
  selection: readonly string[];
  /** The id of the selected transition. */
  line?: string;
  /** What could not be done. */
  message?: string;
}

/** What an edit makes: a definition, and where in it the eye goes. */
export type Edited = Machine | Arranged;

type Action =
  | { do: "open"; source: Source }
  | { do: "saved"; source: Source }
  | { do: "edit"; edit: (machine: Machine) => Edited; kind?: string }
  | { do: "text"; text: string }
  | { do: "undo" | "redo" }
  | { do: "select"; ids: readonly string[] }
  | { do: "line"; id: string | undefined }
  | { do: "say"; message: string | undefined };

export function draftOf(text: string, before: Machine = { States: {} }): Draft {
  const result = readText(text);
  return "machine" in result ? { text, machine: result.machine } : { text, machine: before, ...result };
}

export function opened(source: Source, opening = 0): EditorData {
  return { history: begin(draftOf(source.text)), source, opening, selection: [] };
}

export function reduce(data: EditorData, action: Action): EditorData {
  const { history } = data;
  const { present } = history;
  switch (action.do) {
    case "open":
      return opened(action.source, data.opening + 1);
    case "saved":
      return { ...data, source: action.source };
    case "select":
      return { ...data, selection: action.ids, line: undefined, message: undefined };
    case "line":
      return { ...data, selection: [], line: action.id, message: undefined };
    case "say":
      return { ...data, message: action.message };
    case "undo":
      return kept({ ...data, history: undo(history), message: undefined });
    case "redo":
      return kept({ ...data, history: redo(history), message: undefined });
    case "text":
      return kept({ ...data, history: change(history, draftOf(action.text, present.machine), "text") });
    case "edit":
      return edited(data, action.edit, action.kind);
  }
}

function edited(data: EditorData, edit: (machine: Machine) => Edited, kind: string | undefined): EditorData {
  const { present } = data.history;
  if (present.problem) {
    return {
      ...data,
      message: "The code is not JSON at the moment. Repair it, or undo, before you edit the canvas.",
    };
  }
  try {
    const result = edit(present.machine);
    const isArranged = Array.isArray(result.path) && typeof result.machine === "object";
    const { machine, path } = (isArranged ? result : { machine: result, path: undefined }) as {
      machine: Machine;
      path?: Path;
    };
    if (machine === present.machine) return { ...data, message: undefined };
    const history = change(data.history, { text: writeText(machine), machine }, kind);
    const selection = path ? [idOf(path)] : data.selection;
    return kept({ ...data, history, selection, message: undefined });
  } catch (error) {
    return { ...data, message: (error as Error).message };
  }
}

/** Without what is selected and no longer there. */
function kept(data: EditorData): EditorData {
  const { machine } = data.history.present;
  const exists = (id: string) => valueAt(machine, pathOf(id)) !== undefined;
  const selection = data.selection.every(exists) ? data.selection : data.selection.filter(exists);
  return { ...data, selection, line: selection.length > 0 ? undefined : data.line };
}

export interface Editor extends Omit<EditorData, "history"> {
  draft: Draft;
  canUndo: boolean;
  canRedo: boolean;
  /** Whether the draft is another one than the source. */
  isChanged: boolean;
  open(source: Source): void;
  saved(source: Source): void;
  /** @param kind of edits that are undone as one when they follow each other */
  edit(edit: (machine: Machine) => Edited, kind?: string): void;
  setText(text: string): void;
  undo(): void;
  redo(): void;
  select(...ids: string[]): void;
  selectLine(id: string | undefined): void;
  say(message: string | undefined): void;
}

export function useEditorState(source: Source): Editor {
  const [data, dispatch] = useReducer(reduce, source, (source) => opened(source));
  const can = useMemo(() => ({
    open: (source: Source) => dispatch({ do: "open", source }),
    saved: (source: Source) => dispatch({ do: "saved", source }),
    edit: (edit: (machine: Machine) => Edited, kind?: string) => dispatch({ do: "edit", edit, kind }),
    setText: (text: string) => dispatch({ do: "text", text }),
    undo: () => dispatch({ do: "undo" }),
    redo: () => dispatch({ do: "redo" }),
    select: (...ids: string[]) => dispatch({ do: "select", ids }),
    selectLine: (id: string | undefined) => dispatch({ do: "line", id }),
    say: (message: string | undefined) => dispatch({ do: "say", message }),
  }), []);
  const { history, ...rest } = data;
  return {
    ...rest,
    ...can,
    draft: history.present,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    isChanged: history.present.text !== data.source.text,
  };
}

export const EditorContext = createContext<Editor | undefined>(undefined);

export function useEditor(): Editor {
  return useContext(EditorContext)!;
}

/** The path of the state that the inspector shows. */
export function useSelectedPath(): Path | undefined {
  const { selection } = useEditor();
  const id = selection.at(-1);
  return useMemo(() => id === undefined ? undefined : pathOf(id), [id]);
}
