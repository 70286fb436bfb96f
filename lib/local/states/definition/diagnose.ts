/**
 * Validates definitions by AWS's rules, with AWS's wording where it is known. What AWS can run and the local AWS cannot
 * is refused here, by name. Each rule takes time in proportion to the definition.
 */
import { AwsError, unsupported } from "../../errors.ts";
import { languageOf } from "./languages.ts";
import type { FindOperation } from "../integrations/aws_sdk.ts";
import { checkLoneState, checkMachine } from "./machine_rules.ts";
import { type Diagnostic, type Fields, INVALID, Report, UNSUPPORTED } from "./report.ts";
import type { MachineType } from "../language/asl.ts";
import { type JsonSyntaxError, parseUserJson } from "../language/json_text.ts";
import { isObject } from "../language/paths.ts";
import { checkReferences } from "./variables.ts";

/** What is known of a definition after its validation. */
export interface Diagnosis {
  /** Empty when it is valid and nothing looks like a mistake. */
  readonly found: readonly Diagnostic[];
  /** The variables that states read, by the states' names; absent when there are none. */
  readonly variableReferences?: Readonly<Record<string, readonly string[]>>;
}

export function diagnose(definition: string, type: MachineType, findOperation: FindOperation): Diagnosis {
  const report = new Report(findOperation);
  const answer = (read: Record<string, string[]> = {}): Diagnosis => ({
    found: report.found,
    ...(Object.keys(read).length === 0 ? {} : { variableReferences: read }),
  });
  const refuse = () => {
    report.add(INVALID, "Definition must be a valid JSON object");
    return answer();
  };
  if (definition.trim() === "") return refuse();
  let machine: unknown;
  try {
    machine = parseUserJson(definition);
  } catch (error) {
    const { message, source } = error as JsonSyntaxError;
    report.add("INVALID_JSON_DESCRIPTION", source ? `${message}\n at ${source}` : message, source);
    return answer();
  }
  if (!isObject(machine)) return refuse();
  const language = languageOf(machine, "", report);
  checkMachine(machine, { at: "", depth: 1, language }, type, report);
  return answer(checkReferences(report));
}

/** @returns the definition of a single state @throws AwsError InvalidDefinition with every error found */
export function requireValidState(definition: string, findOperation: FindOperation): Fields {
  let state: unknown;
  try {
    state = parseUserJson(definition);
  } catch (error) {
    throw new AwsError(
      "InvalidDefinition",
      `Invalid State Machine Definition: '${(error as Error).message}'`,
    );
  }
  const report = new Report(findOperation);
  if (isObject(state)) checkLoneState(state, report);
  else report.add(INVALID, "Definition must be a valid JSON object");
  checkReferences(report);
  withoutErrors({ found: report.found });
  return state as Fields;
}

/** @throws AwsError InvalidDefinition with every error found */
export function requireValid(definition: string, type: MachineType, findOperation: FindOperation): Diagnosis {
  return withoutErrors(diagnose(definition, type, findOperation));
}

function withoutErrors(diagnosis: Diagnosis): Diagnosis {
  const errors = diagnosis.found.filter(({ severity }) => severity === "ERROR");
  const missing = errors.find(({ code }) => code === UNSUPPORTED);
  if (missing) throw unsupported(`${missing.message} (at ${missing.location})`, "InvalidDefinition");
  if (errors.length === 0) return diagnosis;
  // AWS writes null where there is no location.
  const texts = errors.map(({ code, message, location = null }) => `${code}: ${message} at ${location}`);
  throw new AwsError("InvalidDefinition", `Invalid State Machine Definition: '${texts.join(", ")}'`);
}
