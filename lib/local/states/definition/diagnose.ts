/**
 * Validates definitions by AWS's rules, with AWS's wording where it is known. What AWS can run and the local AWS cannot
 * is refused here, by name. Each rule takes time in proportion to the definition.
 */
import { AwsError, unsupported } from "../../errors.ts";
import type { FindOperation } from "../integrations/aws_sdk.ts";
import { checkMachine } from "./machine_rules.ts";
import { type Diagnostic, INVALID, Report, UNSUPPORTED } from "./report.ts";
import type { MachineType } from "../language/asl.ts";
import { parseUserJson } from "../language/json_text.ts";
import { isObject } from "../language/paths.ts";

/** All errors of a definition; empty when it is valid. */
export function diagnose(
  definition: string,
  type: MachineType,
  findOperation: FindOperation,
): readonly Diagnostic[] {
  if (definition.trim() === "") return [notAnObject()];
  let machine: unknown;
  try {
    machine = parseUserJson(definition);
  } catch (error) {
    return [{ code: "INVALID_JSON_DESCRIPTION", message: (error as Error).message }];
  }
  if (!isObject(machine)) return [notAnObject()];
  const report = new Report(findOperation);
  checkMachine(machine, { at: "", depth: 1 }, type, report);
  return report.found;
}

/** @throws AwsError InvalidDefinition with every error found */
export function requireValid(definition: string, type: MachineType, findOperation: FindOperation): void {
  const found = diagnose(definition, type, findOperation);
  const missing = found.find(({ code }) => code === UNSUPPORTED);
  if (missing) throw unsupported(`${missing.message} (at ${missing.location})`, "InvalidDefinition");
  if (found.length === 0) return;
  const texts = found.map(({ code, message, location }) =>
    `${code}: ${message}${location === undefined ? "" : ` at ${location}`}`
  );
  throw new AwsError("InvalidDefinition", `Invalid State Machine Definition: '${texts.join(", ")}'`);
}

function notAnObject(): Diagnostic {
  return { code: INVALID, message: "Definition must be a valid JSON object" };
}
