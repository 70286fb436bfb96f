/** The visual editor of the workflow. */
/// <reference lib="dom" />
import "@xyflow/react/dist/base.css";
import "./page.css";
import "./panels.css";
import "./canvas/canvas.css";
import "./inspector/inspector.css";
import type { Openable } from "../../routes/workflow_files.ts";
import { useJson } from "../shell/api.ts";
import { Failure, Loading } from "../shell/states.tsx";
import { sourceOf, WorkflowEditor } from "./editor.tsx";

export default function Workflow() {
  const { value, error, again } = useJson<Openable>("/api/workflow/definitions");
  if (error) return <Failure title="The workflow cannot be opened" message={error.message} retry={again} />;
  if (!value) return <Loading what="the workflow" />;
  const file = new URLSearchParams(location.search).get("file") ?? "scones.asl.json";
  return <WorkflowEditor source={sourceOf(value, file)} openable={value} reload={again} />;
}
