/** A service integration: an operation of another service as the resource of a Task state. */
import type { TaskCaller } from "../interpreter/flow.ts";
import type { Json } from "../language/asl.ts";

export interface Integration {
  /** The members that name it in events. */
  readonly service: { readonly resourceType: string; readonly resource: string };
  readonly parameters: readonly string[];
  /** Parameters that AWS supports and the local AWS does not. */
  readonly unsupported: readonly string[];
  readonly required: string;
  /**
   * Calls the operation with the execution's role.
   * @param parameters JSON text, as in the scheduled event
   * @throws StateFailure when the operation fails
   */
  call(parameters: string, caller: TaskCaller): Json | Promise<Json>;
}
