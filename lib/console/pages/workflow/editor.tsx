/** The editor: palette, canvas, code and inspector around one draft. */
/// <reference lib="dom" />
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import type { Openable } from "../../routes/workflow_files.ts";
import type { Resources } from "../../routes/workflow_resources.ts";
import { useJson, useLive } from "../shell/api.ts";
import type { ExecutionLook } from "../../execution/look.ts";
import type { StateStatus } from "../../../graph/history.ts";
import { clipboardHandlers, type KeyTargets, onCanvasKey, placeForNew } from "./canvas_keys.ts";
import { countByState } from "./canvas/canvas_nodes.ts";
import { type CanvasHandle, WorkflowCanvas } from "./canvas/workflow_canvas.tsx";
import type { Item } from "./catalogue.ts";
import { insert, insertLoose } from "./document/arrange.ts";
import { EMPTY_MACHINE, languageOf, machineOf, type Path, pathOf } from "./document/asl.ts";
import type { Direction } from "./document/layout.ts";
import { type Editor, EditorContext, type Source, useEditorState } from "./editor_state.ts";
import { exportFile } from "./export_file.ts";
import { Inspector } from "./inspector/inspector.tsx";
import { useProblems } from "./inspector/problems.ts";
import { KeysDialog } from "./keys.tsx";
import { Modal } from "./modal.tsx";
import { Palette } from "./palette.tsx";
import { ProblemList } from "./problem_list.tsx";
import { sameLayout, SaveDialog } from "./save_dialog.tsx";
import { SearchBox } from "./search_box.tsx";
import { deployedKind, Toolbar } from "./toolbar.tsx";

const CodePane = lazy(() => import("./code/code_pane.tsx").then(({ CodePane }) => ({ default: CodePane })));
const TestPanel = lazy(() => import("./test_panel.tsx").then(({ TestPanel }) => ({ default: TestPanel })));
const RunPanel = lazy(() => import("./run_panel.tsx").then(({ RunPanel }) => ({ default: RunPanel })));
const Difference = lazy(() => import("./code/difference.tsx"));

const TABS = { form: "Form", test: "Test", run: "Run" } as const;
type Tab = keyof typeof TABS;

/** The order of a picture, as the machine gets it. */
const SAMPLE = JSON.stringify({ s3_bucket: "", s3_key: "", image_data: "", inferences: [] }, null, 2);

export function sourceOf(openable: Openable, name: string): Source {
  const file = openable.files.find((file) => file.name === name);
  if (file) return { file: file.name, etag: file.etag, machine: file.machine, text: file.text };
  const machine = deployedKind(name) ?? "stateMachine";
  return { etag: null, machine, text: openable.deployed[machine]?.text ?? "{}\n" };
}

export function WorkflowEditor({ source, openable, reload }: {
  source: Source;
  openable: Openable;
  reload(): void;
}) {
  const editor = useEditorState(source);
  return (
    <EditorContext value={editor}>
      <EditorParts openable={openable} editor={editor} reload={reload} />
    </EditorContext>
  );
}

function EditorParts({ openable, editor, reload }: { openable: Openable; editor: Editor; reload(): void }) {
  const { draft, source } = editor;
  const resources = useJson<Resources>("/api/workflow/resources").value;
  const { problems, checking, failure } = useProblems();
  const [direction, setDirection] = useState<Direction>("TB");
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [found, setFound] = useState<ReadonlySet<string>>(new Set());
  const [hasCode, setHasCode] = useState(() => innerWidth >= 1500);
  const [tab, setTab] = useState<Tab>("form");
  const [place, setPlace] = useState<{ path: Path }>();
  const [dialog, setDialog] = useState<"save" | "keys" | "compare">();
  const [sample, setSample] = useState(SAMPLE);
  const [execution, setExecution] = useState<string>();
  const live = useLive<ExecutionLook>(
    execution === undefined ? undefined : `/api/executions/${encodeURIComponent(execution)}/live`,
  );
  const canvas = useRef<CanvasHandle>(null);
  const search = useRef<HTMLInputElement>(null);
  const frame = useRef<HTMLDivElement>(null);

  const counts = useMemo(
    () => countByState(problems.map(({ statePath }) => statePath)),
    [problems],
  );
  const statuses = useMemo(() => live.value && worstStatuses(live.value), [live.value]);
  const deployed = openable.deployed[source.machine];
  const isDeployed = deployed !== undefined && sameLayout(deployed.text, draft.text) === draft.text;
  useLeaveWarning(editor.isChanged);
  useEffect(() => {
    const id = editor.selection.at(-1);
    if (id !== undefined) requestAnimationFrame(() => canvas.current?.reveal(id));
  }, [editor.selection]);

  const toggle = useMemo(() => (id: string) =>
    setCollapsed((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    }), []);
  const add = (item: Item, target?: Path) => {
    const selected = editor.selection.at(-1);
    const at = target ?? placeForNew(editor);
    editor.edit((machine) => {
      const state = item.state(languageOf(machine, {}));
      if (at) return insert(machine, at, item.name, state);
      return insertLoose(
        machine,
        selected === undefined ? [] : machineOf(pathOf(selected)),
        item.name,
        state,
      );
    });
    canvas.current?.focus();
  };
  const inFrame = (selector: string) => frame.current?.querySelector<HTMLElement>(selector)?.focus();
  const targets = (): KeyTargets => ({
    canvas: canvas.current!,
    focusPalette: () => inFrame(".palette input"),
    focusSearch: () => search.current?.focus(),
    focusName: () => (setTab("form"), requestAnimationFrame(() => inFrame("#state-name"))),
    focusNext: () => (setTab("form"), requestAnimationFrame(() => inFrame(".next-state"))),
    toggle,
    turn: () => setDirection((before) => before === "TB" ? "LR" : "TB"),
    save: () => setDialog("save"),
    showKeys: () => setDialog("keys"),
  });
  const leave = () =>
    !editor.isChanged || confirm("What is in the editor is not saved. Open the other one all the same?");

  return (
    <div className={`editor${hasCode ? " has-code" : ""}`} ref={frame}>
      <Toolbar
        {...{ openable, direction, hasCode }}
        search={<SearchBox input={search} onFound={setFound} onLeave={() => canvas.current?.focus()} />}
        onOpen={(name) => leave() && editor.open(sourceOf(openable, name))}
        onNew={() => editor.edit(() => EMPTY_MACHINE)}
        onCompare={() => setDialog("compare")}
        onDirection={() => targets().turn()}
        onFit={() => canvas.current?.fit()}
        onCode={() => setHasCode(!hasCode)}
        onKeys={() => setDialog("keys")}
        onExport={(kind) =>
          exportFile(kind, source.file ?? "workflow", draft.text, draft.machine).catch((error) =>
            editor.say(error.message)
          )}
        onSave={() => setDialog("save")}
      />
      <Palette
        resources={resources}
        canvas={canvas}
        onAdd={add}
        onMissed={() =>
          editor.say("Drop it onto a line between two states, or click it to add it after the selected one.")}
      />
      <div className="canvas-column" {...clipboardHandlers(editor)}>
        <WorkflowCanvas
          key={editor.opening}
          handle={canvas}
          direction={direction}
          collapsed={collapsed}
          onToggle={toggle}
          found={found}
          problems={counts}
          statuses={statuses}
          onKeyDown={(event) => onCanvasKey(event, editor, targets())}
        />
        {editor.message && (
          <p className="message" role="alert">
            {editor.message}{" "}
            <button type="button" aria-label="Dismiss" onClick={() => editor.say(undefined)}>×</button>
          </p>
        )}
        <p className="spoken" aria-live="polite">{spoken(editor)}</p>
        <ProblemList
          {...{ problems, checking, failure }}
          onGo={(path) => {
            setPlace({ path });
            setTab("form");
          }}
        />
      </div>
      {hasCode && (
        <section className="code-column" aria-label="Code">
          <Suspense fallback={<p className="loading">Loading the code …</p>}>
            <CodePane problems={problems} place={place} />
          </Suspense>
        </section>
      )}
      <aside className="side" aria-label="State, test and run">
        <div className="tabs" role="tablist" aria-label="State, test and run">
          {Object.entries(TABS).map(([name, title]) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={tab === name}
              aria-controls="side-panel"
              onClick={() => setTab(name as Tab)}
            >
              {title}
            </button>
          ))}
        </div>
        <div role="tabpanel" id="side-panel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
          <Suspense fallback={<p className="loading">Loading …</p>}>
            {tab === "form" && <Inspector {...{ problems, resources, sample }} />}
            {tab === "test" && <TestPanel sample={sample} onSample={setSample} />}
            {tab === "run" && (
              <RunPanel
                sample={sample}
                onSample={setSample}
                name={execution}
                look={live.value}
                failure={live.error?.message}
                isDeployed={isDeployed}
                machine={source.machine}
                onRun={setExecution}
              />
            )}
          </Suspense>
        </div>
      </aside>
      {dialog === "keys" && <KeysDialog onClose={() => setDialog(undefined)} />}
      {dialog === "save" && (
        <SaveDialog
          openable={openable}
          problems={problems.filter(({ severity }) => severity === "ERROR").length}
          onClose={() => setDialog(undefined)}
          onDone={reload}
        />
      )}
      {dialog === "compare" && deployed && (
        <Modal
          title="The file and the deployed machine"
          wide
          onClose={() => setDialog(undefined)}
        >
          <Suspense fallback={<p className="loading">Comparing …</p>}>
            <Difference
              before={{
                title: `deployed: ${deployed.name}`,
                text: sameLayout(deployed.text, source.text),
              }}
              after={{ title: `statemachine/${source.file}`, text: source.text }}
            />
          </Suspense>
        </Modal>
      )}
    </div>
  );
}

/** What a screen reader says of the selection. */
function spoken({ selection, line }: Editor): string {
  if (selection.length > 1) return `${selection.length} states selected`;
  const [id] = selection;
  if (id !== undefined) return `${pathOf(id).at(-1)} selected`;
  return line === undefined ? "" : "A transition is selected";
}

/** Of a state that was visited several times, what matters most. */
function worstStatuses({ visits }: ExecutionLook): Map<string, StateStatus> {
  const order: StateStatus[] = ["failed", "running", "stopped", "caught", "succeeded"];
  const statuses = new Map<string, StateStatus>();
  for (const { name, status } of visits) {
    const before = statuses.get(name);
    if (before === undefined || order.indexOf(status) < order.indexOf(before)) statuses.set(name, status);
  }
  return statuses;
}

/** The browser asks before it leaves unsaved work. */
function useLeaveWarning(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [isChanged]);
}
