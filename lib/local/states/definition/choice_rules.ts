/** The rules of the rules of Choice states. */
import { OPERATORS } from "../language/choice_rules.ts";
import { isObject, referencePath } from "../language/paths.ts";
import type { Report } from "./report.ts";
import { isVariable } from "./value_rules.ts";

/** The operands' types (by typeof), by what an operator begins with. */
const OPERANDS = {
  String: "string",
  Timestamp: "string",
  Numeric: "number",
  Boolean: "boolean",
  Is: "boolean",
};

/** @param at the state's path */
export function checkChoices(choices: readonly unknown[], at: string, report: Report): void {
  choices.forEach((rule, index) => {
    const place = `${at}/Choices[${index}]`;
    if (isObject(rule)) {
      report.required(rule, ["Next"], place);
      if (rule.Next !== undefined && typeof rule.Next !== "string") {
        report.invalid("The field 'Next' should be a string", `${place}/Next`);
      }
    }
    checkRule(rule, place, report);
  });
}

function checkRule(rule: unknown, at: string, report: Report): void {
  if (!isObject(rule)) return report.invalid("A choice rule should be an object", at);
  if (rule.Condition !== undefined) return report.unsupported("the JSONata field 'Condition'", at);
  if (rule.Assign !== undefined) return report.unsupported("variables ('Assign')", at);
  const operators = Object.keys(rule).filter((field) => OPERATORS.includes(field));
  const combined = ["And", "Or", "Not"].filter((field) => rule[field] !== undefined);
  if (operators.length + combined.length !== 1) {
    report.invalid("A choice rule should have exactly one comparison operator", at);
  }
  for (const field of combined) {
    const part = rule[field];
    if (field === "Not") checkRule(part, `${at}/Not`, report);
    else if (!Array.isArray(part) || part.length === 0) {
      report.invalid(`The field '${field}' should be a non-empty array`, `${at}/${field}`);
    } else part.forEach((each, index) => checkRule(each, `${at}/${field}[${index}]`, report));
  }
  if (combined.length > 0 || !report.required(rule, ["Variable"], at)) return;
  checkReference(rule.Variable, `${at}/Variable`, report);
  for (const operator of operators) {
    const place = `${at}/${operator}`;
    if (operator.endsWith("Path")) checkReference(rule[operator], place, report);
    else {
      const [, type] = Object.entries(OPERANDS).find(([prefix]) => operator.startsWith(prefix))!;
      const given: string = typeof rule[operator];
      if (given !== type) report.invalid(`The field '${operator}' should be a ${type}`, place);
    }
  }
}

/** Checks a Reference Path to the input or the context object. */
function checkReference(path: unknown, at: string, report: Report): void {
  if (typeof path === "string" && isVariable(path)) return report.unsupported(`variables ('${path}')`, at);
  if (typeof path === "string" && referencePath(path.replace(/^\$\$/, "$"))) return;
  report.invalid(`Value is not a Reference Path: ${path}`, at);
}
