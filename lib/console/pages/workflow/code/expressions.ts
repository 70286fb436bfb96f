/** Paths and JSONata expressions: what can be completed in them, and what they give for a sample input. */
import { allStates, isObject, type Machine, valueAt } from "../document/asl.ts";

/** Fields of the context object. Source: Step Functions' guide, "Accessing execution data from the Context object". */
const CONTEXT = {
  Execution: { Id: "", Input: {}, Name: "", RoleArn: "", StartTime: "" },
  State: { EnteredTime: "", Name: "", RetryCount: 0 },
  StateMachine: { Id: "", Name: "" },
  Task: { Token: "" },
  Map: { Item: { Index: 0, Value: null } },
};

/** Functions of JSONata and of Step Functions, those that people use most first. */
const FUNCTIONS = [
  ..."string number boolean length substring contains split join lowercase uppercase trim replace match"
    .split(" "),
  ..."sum max min average round floor ceil abs count append sort reverse distinct map filter reduce".split(
    " ",
  ),
  ..."keys lookup merge exists not now millis partition range hash random uuid parse".split(" "),
];

/** The names that states assign. */
export function variablesOf(machine: Machine): string[] {
  const assigned = allStates(machine).flatMap(({ state }) => [
    state.Assign,
    ...[state.Choices, state.Catch].flatMap((list) =>
      Array.isArray(list) ? list.map((item) => item?.Assign) : []
    ),
  ]);
  const names = assigned.flatMap((fields) => isObject(fields) ? Object.keys(fields) : []);
  return [...new Set(names.map((name) => name.replace(/\.\$$/, "")))].sort();
}

/** What may follow the text before the cursor: where it begins, and the words. */
export function completions(
  before: string,
  machine: Machine,
  sample: string,
): { from: number; words: string[] } | undefined {
  const match = before.match(/\$[\w$.]*$/);
  if (!match) return undefined;
  const [head] = match;
  const dot = head.lastIndexOf(".");
  const from = match.index! + dot + 1;
  if (dot < 0) {
    const names = ["states", ...variablesOf(machine), ...FUNCTIONS].map((name) => `$${name}`);
    return { from: match.index!, words: ["$.", "$$.", ...names] };
  }
  const steps = head.slice(0, dot).split(".");
  const holder = valueAt({ ...roots(parsed(sample)) }, steps);
  return { from, words: isObject(holder) ? Object.keys(holder) : [] };
}

function roots(input: unknown): Record<string, unknown> {
  const states = { input, result: {}, errorOutput: { Error: "", Cause: "" }, context: { ...CONTEXT } };
  return { $: input, $$: CONTEXT, $states: states };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const EXPRESSION = /^\{%([^]*)%\}$/;

export function holdsExpression(value: unknown): boolean {
  if (typeof value === "string") return EXPRESSION.test(value.trim());
  return typeof value === "object" && value !== null && Object.values(value).some(holdsExpression);
}

/**
 * The value with its JSONata expressions evaluated for an input. Results of a call are not known before it is made.
 * @throws Error that says what is wrong with an expression
 */
export async function evaluate(value: unknown, sample: string): Promise<unknown> {
  if (typeof value === "string") {
    const source = value.trim().match(EXPRESSION)?.[1];
    if (source === undefined) return value;
    if (/\$states\.(result|errorOutput)\b/.test(source)) {
      throw new Error("The result of the call is not known yet: test the state.");
    }
    const { default: jsonata } = await import("jsonata");
    const input = JSON.parse(sample);
    try {
      const result = await jsonata(source).evaluate(undefined, { states: { input, context: CONTEXT } });
      return result === undefined ? undefined : JSON.parse(JSON.stringify(result));
    } catch (error) {
      throw new Error((error as { message?: string }).message ?? String(error));
    }
  }
  if (Array.isArray(value)) return await Promise.all(value.map((item) => evaluate(item, sample)));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(async ([key, item]) =>
    [key, await evaluate(item, sample)] as const
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** What a path that names one place gives; undefined when it is another kind of path, or nothing is there. */
export function pathValue(path: string, sample: string): unknown {
  const match = path.match(/^(\$\$?)((?:\.[\p{L}_][\p{L}\p{N}_-]*|\['[^']+'\]|\[\d+\])*)$/u);
  if (!match) return undefined;
  const steps = [...match[2]!.matchAll(/\.([^.[]+)|\['([^']+)'\]|\[(\d+)\]/g)]
    .map(([, name, quoted, index]) => index === undefined ? (name ?? quoted)! : Number(index));
  return valueAt(match[1] === "$" ? parsed(sample) : CONTEXT, steps);
}
