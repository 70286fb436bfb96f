/** The rules of the rules of Choice states. */
import { OPERATORS } from "../language/choice_rules.ts";
import { isExpression } from "../language/jsonata/evaluate.ts";
import { isObject } from "../language/paths.ts";
import { checkOtherLanguage } from "./languages.ts";
import type { Fields, Report } from "./report.ts";
import { checkAssign, checkReference } from "./value_rules.ts";
import type { Place } from "./variables.ts";

/** The operands' types (by typeof), by what an operator begins with. */
const OPERANDS = {
  String: "string",
  Timestamp: "string",
  Numeric: "number",
  Boolean: "boolean",
  Is: "boolean",
};

/** @param at the state's path */
export function checkChoices(choices: readonly unknown[], place: Place, at: string, report: Report): void {
  choices.forEach((rule, index) => {
    const within = `${at}/Choices[${index}]`;
    if (!isObject(rule)) return report.invalid("Expected value of type [OBJECT]", within);
    report.required(rule, ["Next"], within);
    if (rule.Next !== undefined && typeof rule.Next !== "string") {
      report.invalid("Expected value of type [STRING]", `${within}/Next`);
    }
    checkOtherLanguage(rule, place.language, within, report);
    if (place.language === "JSONata") return checkCondition(rule, within, report);
    checkAssign(rule, place, within, report);
    checkRule(rule, place, within, report);
  });
}

/** Checks the rule of a JSONata state. */
function checkCondition(rule: Fields, at: string, report: Report): void {
  if (!report.required(rule, ["Condition"], at)) return;
  if (typeof rule.Condition !== "boolean" && !isExpression(rule.Condition)) {
    report.invalid("The field 'Condition' should be a boolean or a JSONata expression", `${at}/Condition`);
  }
  for (const field of Object.keys(rule)) {
    if (["Condition", "Next", "Assign", "Output", "Comment", "Variable"].includes(field)) continue;
    report.invalid(`Field '${field}' is not supported`, at);
  }
}

function checkRule(rule: unknown, place: Place, at: string, report: Report): void {
  if (!isObject(rule)) return report.invalid("Expected value of type [OBJECT]", at);
  const operators = Object.keys(rule).filter((field) => OPERATORS.includes(field));
  const combined = ["And", "Or", "Not"].filter((field) => rule[field] !== undefined);
  if (operators.length + combined.length !== 1) {
    report.invalid("A choice rule should have exactly one comparison operator", at);
  }
  for (const field of combined) {
    const part = rule[field];
    if (field === "Not") checkRule(part, place, `${at}/Not`, report);
    else if (!Array.isArray(part) || part.length === 0) {
      report.invalid(`The field '${field}' should be a non-empty array`, `${at}/${field}`);
    } else part.forEach((each, index) => checkRule(each, place, `${at}/${field}[${index}]`, report));
  }
  if (combined.length > 0 || !report.required(rule, ["Variable"], at)) return;
  checkReference(rule.Variable, place, `${at}/Variable`, report);
  for (const operator of operators) {
    const within = `${at}/${operator}`;
    if (operator.endsWith("Path")) checkReference(rule[operator], place, within, report);
    else {
      const [, type] = Object.entries(OPERANDS).find(([prefix]) => operator.startsWith(prefix))!;
      const given: string = typeof rule[operator];
      if (given !== type) report.invalid(`The field '${operator}' should be a ${type}`, within);
    }
  }
}
