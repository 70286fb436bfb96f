/**
 * Variables and JSONata expressions: which names states assign and read, and whether each expression can be parsed.
 * Sources: https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html, and for AWS's messages
 * https://github.com/floci-io/floci/issues/2745
 */
import type { QueryLanguage } from "../language/asl.ts";
import { expressionOf, isExpression } from "../language/jsonata/evaluate.ts";
import type { Inspection } from "../language/jsonata/inside.ts";
import { inspect } from "../language/jsonata/evaluator.ts";
import { isObject } from "../language/paths.ts";
import type { Fields, Reference, Report, VariableScope } from "./report.ts";

const NAME = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
const LONGEST_NAME = 80;

/** Fields of states whose texts are no expressions, and those with machines. */
const NOT_EVALUATED = [
  ...[
    "Type",
    "Comment",
    "QueryLanguage",
    "Next",
    "Default",
    "End",
    "Resource",
    "ErrorEquals",
    "Retry",
    "Credentials",
  ],
  ...["Branches", "ItemProcessor", "Iterator", "Label", "CSVHeaders"],
];
/** Fields whose value is data of the user: all texts in it can be expressions. */
const PAYLOADS = ["Arguments", "Output", "Assign", "Items", "ItemSelector", "BatchInput"];
/** Types whose result an expression can read in Output and Assign. */
const WITH_RESULT: readonly unknown[] = ["Task", "Parallel", "Map"];

/** A state whose references are collected. */
export interface Place {
  readonly name: string;
  readonly language: QueryLanguage;
  readonly scope: VariableScope;
}

/** Adds the variables that a state assigns to its scope. */
export function collectAssigned(state: Fields, { language, scope }: Place, at: string, report: Report): void {
  const collect = ({ Assign }: Fields, at: string) => {
    if (Assign === undefined) return;
    if (!isObject(Assign)) return report.invalid("Expected value of type [OBJECT]", `${at}/Assign`);
    for (const key of Object.keys(Assign)) {
      const name = language === "JSONPath" ? key.replace(/\.\$$/, "") : key;
      const place = `${at}/Assign/${key}`;
      if (!NAME.test(name) || name.length > LONGEST_NAME || name === "states") {
        report.invalid(
          `The variable name '${name}' is not valid: it must begin with a letter, have letters, digits and _ only, ` +
            `at most ${LONGEST_NAME} of them, and must not be 'states'`,
          place,
        );
      }
      for (let outer = scope.outer; outer; outer = outer.outer) {
        if (!outer.names.has(name)) continue;
        const message = `The variable name '${name}' was already defined in a parent scope.`;
        report.add("DUPLICATE_VARIABLE_NAME", message, place);
        break;
      }
      scope.names.add(name);
    }
  };
  collect(state, at);
  for (const field of ["Choices", "Catch"]) {
    const list = state[field];
    if (!Array.isArray(list)) continue;
    list.forEach((item, index) => isObject(item) && collect(item, `${at}/${field}[${index}]`));
  }
}

/** Collects the expressions of a JSONata state. */
export function collectExpressions(state: Fields, place: Place, at: string, report: Report): void {
  const { name, scope } = place;
  const collect = (value: unknown, at: string, states: readonly string[]): void => {
    if (Array.isArray(value)) return value.forEach((item, index) => collect(item, `${at}[${index}]`, states));
    if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) collect(member, `${at}/${key}`, states);
    } else if (isExpression(value)) {
      report.references.push({ state: name, at, scope, expression: expressionOf(value), states });
    }
  };
  const fieldsOf = (holder: Fields, at: string, states: readonly string[]): void => {
    for (const [field, value] of Object.entries(holder)) {
      if (NOT_EVALUATED.includes(field)) continue;
      const within = `${at}/${field}`;
      if (PAYLOADS.includes(field)) {
        collect(value, within, field === "Output" || field === "Assign" ? states : []);
      } else if (Array.isArray(value)) {
        value.forEach((item, index) =>
          isObject(item) && fieldsOf(item, `${within}[${index}]`, field === "Catch" ? ["errorOutput"] : [])
        );
      } else if (isObject(value)) fieldsOf(value, within, []);
      else collect(value, within, []);
    }
  };
  fieldsOf(state, at, WITH_RESULT.includes(state.Type) ? ["result"] : []);
}

/** Checks all collected references. @returns the variables that states read, by the states' names */
export function checkReferences(report: Report): Record<string, string[]> {
  const { references } = report;
  const expressions = references.flatMap(({ expression }) => expression === undefined ? [] : [expression]);
  const inspected = expressions.length === 0 ? [] : inspect(expressions);
  if (inspected === undefined) {
    report.unsupported("JSONata expressions that take longer to parse than the local AWS allows", "/");
    return {};
  }
  const read = new Map<string, Set<string>>();
  let next = 0;
  for (const reference of references) {
    const variables = reference.variable === undefined
      ? checkExpression(inspected[next++]!, reference, report)
      : [reference.variable];
    for (const variable of variables) {
      read.set(reference.state, (read.get(reference.state) ?? new Set()).add(variable));
      if (isAssigned(variable, reference.scope)) continue;
      const message = `Variable '${variable}' is possibly not defined.`;
      report.warning("POSSIBLY_UNDEFINED_VARIABLE", message, reference.at);
    }
  }
  return Object.fromEntries([...read].map(([state, variables]) => [state, [...variables].sort()]));
}

/** @returns the workflow's variables in it */
function checkExpression(
  { error, variables = [], states = [], outside = [] }: Inspection,
  { at, states: allowed = [] }: Reference,
  report: Report,
): readonly string[] {
  const refuse = (message: string) => report.add("UNSUPPORTED_JSONATA_EXPRESSION", message, at);
  if (error !== undefined) report.add("INVALID_JSONATA_EXPRESSION", error, at);
  for (const name of outside) {
    refuse(
      name === "$$"
        ? "Reference to '$$' is not supported."
        : `Reference to '${name}' at the top level is not supported.`,
    );
  }
  for (const name of states) {
    if (["input", "context", ...allowed].includes(name)) continue;
    const isKnown = name === "result" || name === "errorOutput";
    refuse(isKnown ? `Field '$states.${name}' does not exist.` : `Unknown reserved states field: ${name}`);
  }
  return variables.filter((name) => name !== "states");
}

function isAssigned(name: string, scope: VariableScope | undefined): boolean {
  for (let within = scope; within; within = within.outer) {
    if (within.names.has(name)) return true;
  }
  return false;
}
