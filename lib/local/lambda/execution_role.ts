/** The role that a function runs with. */
import type { Assumer, Core } from "../core.ts";
import { invalidParameter } from "./errors.ts";
import { functionArn } from "./names.ts";

/** Lambda, as it assumes a function's role. @param name the function's */
export function assumer(core: Core, name: string): Assumer {
  return { service: "lambda.amazonaws.com", sourceArn: functionArn(core, { name }) };
}

/** @throws AwsError InvalidParameterValueException when Lambda may not assume the role for the function */
export function checkAssumable(core: Core, role: string, name: string): void {
  if (core.iam.isAssumable(role, assumer(core, name))) return;
  throw invalidParameter("The role defined for the function cannot be assumed by Lambda.");
}
