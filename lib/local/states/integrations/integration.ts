/** What a Task state's resource can be: an operation of another service. */
import type { TaskCaller } from "../interpreter/flow.ts";
import type { Json } from "../language/asl.ts";

export interface Integration {
  /** How events name it. */
  readonly service: { readonly resourceType: string; readonly resource: string };
  readonly parameters: readonly string[];
  /** Parameters that AWS knows and the local AWS does not. */
  readonly notHere: readonly string[];
  readonly required: string;
  /**
   * Calls the operation as the execution's role.
   * @param parameters JSON text, as the scheduled event has it
   * @throws StateFailure for what the operation refuses
   */
  call(parameters: string, caller: TaskCaller): Json | Promise<Json>;
}
