/** Saving: what would change, then writing the file, and deploying. */
/// <reference lib="dom" />
import { lazy, Suspense, useState } from "react";
import type { DefinitionFile } from "../../../workflow/definition_files.ts";
import type { Openable } from "../../routes/workflow_files.ts";
import { ask } from "../shell/api.ts";
import { useEditor } from "./editor_state.ts";
import { Modal } from "./modal.tsx";

const Difference = lazy(() => import("./code/difference.tsx"));

interface Props {
  openable?: Openable;
  /** The number of problems that the target has found. */
  problems: number;
  onClose(): void;
  /** Something was written or deployed. */
  onDone(): void;
}

export function SaveDialog({ openable, problems, onClose, onDone }: Props) {
  const { draft, source, saved, open } = useEditor();
  const [name, setName] = useState(source.file ?? "scones.asl.json");
  const [publish, setPublish] = useState(false);
  const [against, setAgainst] = useState<"file" | "deployed">("file");
  const [busy, setBusy] = useState<string>();
  const [done, setDone] = useState<string>();
  const [failure, setFailure] = useState<{ message: string; isChanged?: boolean }>();

  const file = openable?.files.find((file) => file.name === name);
  const deployed = openable?.deployed[source.machine];
  const before = against === "deployed" && deployed
    ? { title: `deployed: ${deployed.name}`, text: sameLayout(deployed.text, draft.text) }
    : {
      title: file ? `statemachine/${name}` : "no file yet",
      text: name === source.file ? source.text : file?.text ?? "",
    };

  const run = async (what: string, work: () => Promise<string>) => {
    setBusy(what);
    setFailure(undefined);
    setDone(undefined);
    try {
      setDone(await work());
      onDone();
    } catch (error) {
      const { message, status } = error as Error & { status?: number };
      setFailure({ message, isChanged: status === 409 });
    } finally {
      setBusy(undefined);
    }
  };
  const write = async () => {
    const etag = name === source.file ? source.etag : file?.etag ?? null;
    const path = `/api/workflow/definitions/${encodeURIComponent(name)}`;
    const written = await ask<DefinitionFile>(path, { method: "PUT", body: { text: draft.text, etag } });
    saved({ file: name, etag: written.etag, machine: source.machine, text: written.text });
    return `Wrote statemachine/${name}.`;
  };
  const deploy = async () => {
    const { change } = await ask<{ change: string }>("/api/workflow/deploy", {
      body: { text: draft.text, publish, machine: source.machine },
    });
    return change === "unchanged"
      ? "The deployed machine is the same already."
      : `The state machine was ${change}.`;
  };
  const isWhole = draft.problem === undefined;

  return (
    <Modal title="Save the workflow" wide onClose={onClose}>
      <div className="save-choices">
        <label>
          File in statemachine/
          <input value={name} spellCheck={false} onChange={({ target }) => setName(target.value)} />
        </label>
        <label>
          Compare with
          <select value={against} onChange={({ target }) => setAgainst(target.value as "file" | "deployed")}>
            <option value="file">the file</option>
            {deployed && <option value="deployed">the deployed machine</option>}
          </select>
        </label>
        <label className="check">
          <input type="checkbox" checked={publish} onChange={({ target }) => setPublish(target.checked)} />
          Publish a version when deploying
        </label>
      </div>
      <Suspense fallback={<p className="loading">Comparing …</p>}>
        <Difference before={before} after={{ title: "what is in the editor", text: draft.text }} />
      </Suspense>
      {problems > 0 && (
        <p className="problem">
          The target finds {problems}{" "}
          problem{problems === 1 ? "" : "s"}, so it would refuse to deploy this. The file can be written.
        </p>
      )}
      {!isWhole && <p className="problem">The code is not JSON. It can be written, but not deployed.</p>}
      {failure && (
        <p className="problem" role="alert">
          {failure.message}
          {failure.isChanged && file && (
            <button
              type="button"
              onClick={() => {
                open({ file: name, etag: file.etag, machine: file.machine, text: file.text });
                onDone();
                onClose();
              }}
            >
              Open the file as it is now, without my changes
            </button>
          )}
        </p>
      )}
      {done && <p className="good" role="status">{done}</p>}
      <footer>
        <button type="button" onClick={onClose}>Close</button>
        <button type="button" disabled={busy !== undefined} onClick={() => run("write", write)}>
          {busy === "write" ? "Writing …" : "Write the file"}
        </button>
        <button
          type="button"
          className="primary"
          disabled={busy !== undefined || !isWhole}
          onClick={() => run("deploy", async () => `${await write()} ${await deploy()}`)}
        >
          {busy === "deploy" ? "Deploying …" : "Write and deploy"}
        </button>
      </footer>
    </Modal>
  );
}

/** The text as it is when it is the same definition, so that only what differs in meaning is shown. */
export function sameLayout(text: string, like: string): string {
  try {
    const [a, b] = [JSON.parse(text), JSON.parse(like)];
    return JSON.stringify(a) === JSON.stringify(b) ? like : `${JSON.stringify(a, null, 2)}\n`;
  } catch {
    return text;
  }
}
