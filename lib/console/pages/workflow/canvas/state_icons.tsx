/** Line icons of the state types and actions, of 20 × 20. */
import type { ReactNode } from "react";
import type { State } from "../document/asl.ts";

const PATHS: Record<string, string> = {
  Task: "M4 4h12v12H4zM7.500 10l2 2l3.500-4",
  Lambda: "M5 3.500h3l7 13M8.600 9L5 16.500",
  SNS: "M4 8v4h3l6 3.500v-11L7 8zM15.500 7.500c1 1.300 1 3.700 0 5",
  SQS: "M3 6h14v8H3zM7 6v8M11 6v8",
  Model: "M10 3l6 3.500v7L10 17l-6-3.500v-7zM4 6.500l6 3.500l6-3.500M10 10v7",
  Machine: "M7 3h6v4H7zM3 13h5v4H3zM12 13h5v4h-5zM10 7v3M5.500 13v-3h9v3",
  Choice: "M10 3l7 7l-7 7l-7-7z",
  Parallel: "M6 3v14M14 3v14M10 6v8",
  Map: "M4 5h3M4 10h3M4 15h3M10 5h6M10 10h6M10 15h6",
  Pass: "M3 10h13M12 6l4 4l-4 4",
  Wait: "M10 17a7 7 0 1 0 0-14a7 7 0 0 0 0 14zM10 6v4l3 2",
  Succeed: "M4 10.500l4 4l8-9",
  Fail: "M5 5l10 10M15 5L5 15",
};

const ACTIONS: [RegExp, string][] = [
  [/lambda/i, "Lambda"],
  [/sns/i, "SNS"],
  [/sqs/i, "SQS"],
  [/sagemaker/i, "Model"],
  [/:states:startExecution/, "Machine"],
];

export function stateIcon(state: State): ReactNode {
  const resource = typeof state.Resource === "string" ? state.Resource : "";
  const action = state.Type === "Task" ? ACTIONS.find(([pattern]) => pattern.test(resource))?.[1] : undefined;
  return lineIcon(PATHS[action ?? String(state.Type)] ?? PATHS.Task!);
}

export function lineIcon(path: string): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  );
}
