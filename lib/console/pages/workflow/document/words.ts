/** What the canvas says of states and transitions. */
import { ruleText } from "../../../../graph/model.ts";
import { type Fields, isObject, type Machine, type State, valueAt } from "./asl.ts";
import type { Transition } from "./transitions.ts";

/** The label of a transition: the rule of a choice in words, "otherwise", the errors of a catcher. */
export function transitionLabel(root: Machine, { path, kind }: Transition): string {
  const holder = valueAt(root, path.slice(0, -1));
  if (kind === "default") return "otherwise";
  if (!isObject(holder)) return "";
  if (kind === "catch") {
    const errors = Array.isArray(holder.ErrorEquals) ? holder.ErrorEquals : [];
    return errors.join(", ").replace(/^States\.ALL$/, "any error");
  }
  if (kind !== "choice") return "";
  return ruleWords(holder);
}

/** A rule of a Choice state in words; a comment on it says what it means. */
export function ruleWords(rule: Fields): string {
  if (typeof rule.Comment === "string" && rule.Comment !== "") return rule.Comment;
  try {
    return ruleText(rule);
  } catch {
    return "incomplete rule";
  }
}

/** What a state retries and catches, for the foot of its card. */
export function guards(state: State): { retries: number; catches: number } {
  const count = (list: unknown) => Array.isArray(list) ? list.length : 0;
  return { retries: count(state.Retry), catches: count(state.Catch) };
}

const SERVICES: [pattern: RegExp, name: string][] = [
  [/:states:::lambda:invoke|:lambda:[^:]*:[^:]*:function:/, "Lambda"],
  [/:states:::sns:publish/, "SNS"],
  [/:states:::sqs:sendMessage/, "SQS"],
  [/:states:::aws-sdk:sagemakerruntime:/i, "SageMaker endpoint"],
  [/:states:::sagemaker:/, "SageMaker"],
  [/:states:::states:startExecution/, "Step Functions"],
  [/:activity:/, "Activity"],
  [/:states:::http:invoke/, "HTTP"],
];

/** The second line of a card: what the state does and with what, `Lambda · scones-classify-image`. */
export function summary(state: State): string {
  switch (state.Type) {
    case "Task":
      return taskSummary(state);
    case "Wait":
      return `Wait ${waited(state)}`.trim();
    case "Choice":
      return `Choice · ${Array.isArray(state.Choices) ? state.Choices.length : 0} rules`.replace(
        / 1 rules/,
        " 1 rule",
      );
    case "Map":
      return valueAt(state, ["ItemProcessor", "ProcessorConfig", "Mode"]) === "DISTRIBUTED"
        ? "Map · distributed"
        : "Map · each item";
    case "Fail":
      return typeof state.Error === "string" ? `Fail · ${state.Error}` : "Fail";
    default:
      return typeof state.Type === "string" ? state.Type : "no Type";
  }
}

function taskSummary(state: State): string {
  const resource = typeof state.Resource === "string" ? state.Resource : "";
  const service = SERVICES.find(([pattern]) => pattern.test(resource))?.[1] ??
    resource.match(/:states:::(?:aws-sdk:)?(.+)$/)?.[1]?.replace(/\.(sync(:2)?|waitForTaskToken)$/, "") ??
    "Task";
  const name = resource.match(/:(?:function|activity):([^:]+)/)?.[1] ?? resourceName(state);
  return name === undefined ? service : `${service} · ${name}`;
}

const RESOURCE_ARGUMENTS = ["FunctionName", "TopicArn", "QueueUrl", "EndpointName", "StateMachineArn"];

function resourceName(state: State): string | undefined {
  const argument = RESOURCE_ARGUMENTS.map((key) =>
    valueAt(state, ["Parameters", key]) ?? valueAt(state, ["Arguments", key])
  ).find((value) => typeof value === "string");
  return (argument as string | undefined)?.replace(/^\$\{(\w+?)(Function)?(Arn|Name)?\}$/, "$1")
    .replace(/:\$?(LATEST|\d+)$/, "").split(/[:/]/).at(-1);
}

function waited(state: State): string {
  if (typeof state.Seconds === "number") return `${state.Seconds} s`;
  if (state.SecondsPath !== undefined) return `for ${state.SecondsPath}`;
  const until = state.Timestamp ?? state.TimestampPath;
  return until === undefined ? "" : `until ${until}`;
}
