/** The parameters of a task as the input of an operation. */
import { type Shape, validate } from "../../shapes.ts";
import { StateFailure } from "../language/failures.ts";
import { statesProtocol } from "../protocol.ts";

/**
 * Returns the input. What has the right type but breaks another rule is left to the service, as on AWS.
 * @param text the parameters as they are in the scheduled event
 * @throws StateFailure States.Runtime when a parameter's type is wrong
 */
export function taskInput<T>(shape: Shape<T>, input: unknown, text: string): T {
  const violations = validate(shape, input).violations.filter(({ kind }) => kind === "type");
  if (violations.length === 0) return input as T;
  const { message } = statesProtocol.words.invalid(violations);
  throw new StateFailure(
    "States.Runtime",
    `The Parameters '${text}' could not be used to start the Task: [${message}]`,
  );
}
