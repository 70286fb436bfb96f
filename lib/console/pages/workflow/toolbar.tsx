/** The row above the canvas: what is open, and what can be done with it. */
/// <reference lib="dom" />
import type { ReactNode } from "react";
import type { MachineKind } from "../../../names.ts";
import type { Openable } from "../../routes/workflow_files.ts";
import type { Direction } from "./document/layout.ts";
import { useEditor } from "./editor_state.ts";

interface Props {
  openable?: Openable;
  direction: Direction;
  hasCode: boolean;
  search: ReactNode;
  onOpen(name: string): void;
  onNew(): void;
  onCompare(): void;
  onDirection(): void;
  onFit(): void;
  onCode(): void;
  onKeys(): void;
  onExport(kind: "json" | "svg" | "png"): void;
  onSave(): void;
}

/** Before the kind of a deployed machine, in the list of what can be opened; no file is called so. */
const DEPLOYED = "\u0001";

export function deployedKind(choice: string): MachineKind | undefined {
  return choice.startsWith(DEPLOYED) ? choice.slice(DEPLOYED.length) as MachineKind : undefined;
}

export function Toolbar(props: Props) {
  const { openable, direction, hasCode, search } = props;
  const { source, isChanged, canUndo, canRedo, undo, redo } = useEditor();
  const file = openable?.files.find(({ name }) => name === source.file);
  return (
    <div className="toolbar" role="toolbar" aria-label="Workflow">
      <select
        aria-label="What is open"
        value={source.file ?? DEPLOYED + source.machine}
        onChange={({ target }) => props.onOpen(target.value)}
      >
        {source.file !== undefined && !file && <option value={source.file}>{source.file} (new)</option>}
        {openable?.files.map(({ name }) => <option key={name} value={name}>statemachine/{name}</option>)}
        {Object.entries(openable?.deployed ?? {}).map(([kind, { name }]) => (
          <option key={kind} value={DEPLOYED + kind}>deployed: {name}</option>
        ))}
      </select>
      <button
        type="button"
        onClick={props.onNew}
        title="Begin with an empty canvas; undo brings everything back"
      >
        Clear
      </button>
      <span className="state" role="status">{isChanged ? "not saved" : "saved"}</span>
      {openable?.deployed[source.machine]
        ? file?.differs && (
          <button type="button" className="note" onClick={props.onCompare}>
            differs from deployed
          </button>
        )
        : openable && <span className="state">not deployed yet</span>}
      <span className="gap" />
      {search}
      <button type="button" disabled={!canUndo} onClick={undo} aria-label="Undo" title="Undo (Ctrl+Z)">
        ↶
      </button>
      <button type="button" disabled={!canRedo} onClick={redo} aria-label="Redo" title="Redo (Ctrl+Shift+Z)">
        ↷
      </button>
      <button type="button" onClick={props.onDirection} title="Turn the layout (L)">
        {direction === "TB" ? "Top down" : "Left to right"}
      </button>
      <button type="button" onClick={props.onFit} title="Show the whole workflow (F)">Fit</button>
      <button
        type="button"
        aria-pressed={hasCode}
        onClick={props.onCode}
        title="Show the code beside the canvas"
      >
        Code
      </button>
      <select
        aria-label="Export"
        value=""
        onChange={({ target }) => props.onExport(target.value as "json" | "svg" | "png")}
      >
        <option value="">Export …</option>
        <option value="json">ASL JSON</option>
        <option value="svg">SVG picture</option>
        <option value="png">PNG picture</option>
      </select>
      <button type="button" onClick={props.onKeys} aria-label="Keys" title="All keys (?)">?</button>
      <button type="button" className="primary" onClick={props.onSave}>Save …</button>
    </div>
  );
}
