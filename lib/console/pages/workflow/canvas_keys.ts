/** What the keys of the canvas do. */
/// <reference lib="dom" />
import type { ClipboardEvent, KeyboardEvent } from "react";
import { remove, shift } from "./document/arrange.ts";
import { idOf, machineOf, objectAt, type Path, pathOf, statesOf } from "./document/asl.ts";
import { neighbour } from "./document/canvas_parts.ts";
import { copy, duplicate, paste } from "./document/clipboard.ts";
import { pointTo, transitionAfter } from "./document/transitions.ts";
import { unwrap, wrap } from "./document/wrap.ts";
import type { CanvasHandle } from "./canvas/workflow_canvas.tsx";
import type { Editor } from "./editor_state.ts";

/** What is outside of the canvas. */
export interface KeyTargets {
  canvas: CanvasHandle;
  focusPalette(): void;
  focusSearch(): void;
  focusName(): void;
  focusNext(): void;
  toggle(id: string): void;
  turn(): void;
  save(): void;
  showKeys(): void;
}

type Arrow = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

/** Where a new state goes: onto the selected line, after the selected state, or at the end of the main chain. */
export function placeForNew({ draft: { machine }, selection, line }: Editor): Path | undefined {
  if (line !== undefined) return pathOf(line);
  const id = selection.at(-1);
  if (id !== undefined) return transitionAfter(machine, pathOf(id));
  return lastTransition(machine);
}

function lastTransition(machine: Editor["draft"]["machine"]): Path | undefined {
  const states = Object.fromEntries(statesOf(machine));
  let name = typeof machine.StartAt === "string" ? machine.StartAt : undefined;
  let last: Path = ["StartAt"];
  const seen = new Set<string>();
  while (name !== undefined && states[name] && !seen.has(name)) {
    seen.add(name);
    const after = transitionAfter(machine, ["States", name]);
    if (!after) return last;
    last = after;
    const next = objectAt(machine, ["States", name])[String(after.at(-1))];
    name = typeof next === "string" ? next : undefined;
  }
  return last;
}

/** Removes the selected states, or the selected transition. */
export function removeSelected({ selection, line, edit, select }: Editor): void {
  if (line !== undefined) {
    const path = pathOf(line);
    if (path.at(-1) !== "StartAt") edit((machine) => pointTo(machine, path, undefined));
    return;
  }
  const paths = selection.map(pathOf);
  edit((machine) => paths.reduce((changed, path) => remove(changed, path), machine));
  select();
}

/** What a key does; undefined for a key that does nothing. */
function actionFor(event: KeyboardEvent, editor: Editor, targets: KeyTargets): (() => void) | undefined {
  const { canvas } = targets;
  const paths = editor.selection.map(pathOf);
  const id = editor.selection.at(-1);
  const onState = (work: (id: string) => void) => () =>
    id === undefined ? editor.say("Select a state first.") : work(id);
  const onStates = (work: () => void) => () =>
    paths.length === 0 ? editor.say("Select the states first.") : work();
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    const commands: Record<string, () => void> = {
      z: event.shiftKey ? editor.redo : editor.undo,
      y: editor.redo,
      d: onStates(() => editor.edit((machine) => duplicate(machine, paths))),
      a: () => selectAround(editor),
      s: targets.save,
    };
    return commands[key];
  }
  if (event.altKey) return undefined;
  const keys: Record<string, () => void> = {
    enter: onState(targets.focusName),
    n: onState(targets.focusNext),
    a: targets.focusPalette,
    delete: () => removeSelected(editor),
    backspace: () => removeSelected(editor),
    p: onStates(() => editor.edit((machine) => wrap(machine, paths, "Parallel"))),
    m: onStates(() => editor.edit((machine) => wrap(machine, paths, "Map"))),
    u: onState((id) => editor.edit((machine) => unwrap(machine, pathOf(id)))),
    c: onState(targets.toggle),
    "/": targets.focusSearch,
    f: canvas.fit,
    "+": () => canvas.zoom(1.25),
    "-": () => canvas.zoom(0.8),
    l: targets.turn,
    escape: () => editor.select(),
    "?": targets.showKeys,
  };
  return keys[key];
}

export function onCanvasKey(event: KeyboardEvent, editor: Editor, targets: KeyTargets): void {
  const action = event.key.startsWith("Arrow")
    ? () => onArrow(event, editor, targets.canvas)
    : actionFor(event, editor, targets);
  if (!action) return;
  event.preventDefault();
  action();
}

function onArrow({ key, altKey, shiftKey }: KeyboardEvent, editor: Editor, canvas: CanvasHandle): void {
  const id = editor.selection.at(-1);
  if (altKey) {
    const by = key === "ArrowUp" || key === "ArrowLeft" ? -1 : 1;
    if (id !== undefined) editor.edit((machine) => shift(machine, pathOf(id), by));
    return;
  }
  const next = neighbour(canvas.parts, id, key as Arrow);
  if (!next) return;
  const before = shiftKey ? editor.selection.filter((other) => other !== next.id) : [];
  editor.select(...before, next.id);
}

/** Selects all states of the machine that the selected one is in. */
function selectAround({ draft: { machine }, selection, select }: Editor): void {
  const id = selection.at(-1);
  const machinePath = id === undefined ? [] : machineOf(pathOf(id));
  select(...statesOf(objectAt(machine, machinePath)).map(([name]) => idOf([...machinePath, "States", name])));
}

/** Copying and pasting on the canvas: the clipboard holds ASL as text. */
export function clipboardHandlers(editor: Editor) {
  const paths = editor.selection.map(pathOf);
  const onCopy = (event: ClipboardEvent) => {
    if (paths.length === 0) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", copy(editor.draft.machine, paths));
  };
  return {
    onCopy,
    onCut(event: ClipboardEvent) {
      onCopy(event);
      if (paths.length > 0) removeSelected(editor);
    },
    onPaste(event: ClipboardEvent) {
      event.preventDefault();
      const text = event.clipboardData.getData("text/plain");
      const into = paths[0] ? machineOf(paths[0]) : [];
      editor.edit((machine) => paste(machine, placeForNew(editor), text, into));
    },
  };
}
