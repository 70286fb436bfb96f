/**
 * Validates definitions: by AWS's rules, with AWS's wording where it is known, then by asl-validator. What AWS can run
 * and the local AWS cannot is refused here, by name.
 */
import { AwsError, unsupported } from "../../errors.ts";
import { checkMachine } from "./machine_rules.ts";
import { type Diagnostic, INVALID, Report, UNSUPPORTED } from "./report.ts";
import { TEMPLATES } from "./value_rules.ts";
import type { MachineType } from "../language/asl.ts";
import { parseUserJson } from "../language/json_text.ts";
import { isObject } from "../language/paths.ts";

/** All errors of a definition; empty when it is valid. */
export async function diagnose(definition: string, type: MachineType): Promise<Diagnostic[]> {
  if (definition.trim() === "") return [notAnObject()];
  let machine: unknown;
  try {
    machine = parseUserJson(definition);
  } catch (error) {
    return [{ code: "INVALID_JSON_DESCRIPTION", message: (error as Error).message }];
  }
  if (!isObject(machine)) return [notAnObject()];
  const report = new Report();
  checkMachine(machine, "", type, report);
  return report.found.length > 0 ? report.found : await furtherErrors(machine);
}

/** @throws AwsError InvalidDefinition with every error found */
export async function requireValid(definition: string, type: MachineType): Promise<void> {
  const found = await diagnose(definition, type);
  const missing = found.find(({ code }) => code === UNSUPPORTED);
  if (missing) throw unsupported(`${missing.message} (at ${missing.location})`, "InvalidDefinition");
  if (found.length === 0) return;
  const texts = found.map(({ code, message, location }) =>
    `${code}: ${message}${location === undefined ? "" : ` at ${location}`}`
  );
  throw new AwsError("InvalidDefinition", `Invalid State Machine Definition: '${texts.join(", ")}'`);
}

/** The type of asl-validator's export, which has no types. */
type Validate = (machine: object) => {
  errors: { "Error code": string; Message: string; schemaError?: { instancePath: string } }[];
};

async function furtherErrors(machine: object): Promise<Diagnostic[]> {
  // Loaded on demand: its schemas take a while, and are not needed to run existing machines.
  const { default: validate } = await import("asl-validator") as { default: Validate };
  // It modifies its argument, and mistakes data that looks like a state machine for one.
  const { errors } = validate(JSON.parse(JSON.stringify(machine, withoutData)));
  return errors.map((error) => ({
    code: error["Error code"],
    message: error.Message.trim(),
    location: error.schemaError?.instancePath || "/",
  }));
}

/** A replacer for JSON.stringify: empties data in states (templates have been checked), and drops invalid `States`. */
function withoutData(this: unknown, key: string, value: unknown): unknown {
  if (key === "States" && !(isObject(value) && Object.values(value).every(isObject))) return undefined;
  const isState = isObject(this) && typeof this.Type === "string";
  return isState && (key === "Result" || TEMPLATES.includes(key)) ? {} : value;
}

function notAnObject(): Diagnostic {
  return { code: INVALID, message: "Definition must be a valid JSON object" };
}
