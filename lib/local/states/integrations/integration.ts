/** A service integration: an operation of another service as the resource of a Task state. */
import type { TaskCaller } from "../interpreter/flow.ts";
import type { Json } from "../language/asl.ts";

/**
 * How a task goes on after its call was answered: at once, when a job has ended, or when someone who has the task's
 * token reports its outcome. The second version of `.sync` returns JSON where the first returns its text.
 */
export type Pattern = "" | ".sync" | ".sync:2" | ".waitForTaskToken";

export interface Integration {
  /** The members that name it in events, without the pattern. */
  readonly service: { readonly resourceType: string; readonly resource: string };
  readonly patterns: readonly Pattern[];
  readonly parameters: readonly string[];
  /** Parameters that AWS supports and the local AWS does not. */
  readonly unsupported: readonly string[];
  readonly required: readonly string[];
  /** The rule that Step Functions manages in EventBridge to learn of the ends of jobs; the machine's role creates it. */
  readonly managedRule?: string;
  /**
   * Calls the operation with the execution's role.
   * @param parameters JSON text, as in the scheduled event
   * @throws StateFailure when the operation fails
   */
  call(parameters: string, caller: TaskCaller): Json | Promise<Json>;
  /**
   * Waits for the job that `call` started.
   * @param submitted what `call` returned
   * @returns the task's result @throws StateFailure when the job fails
   */
  finish?(submitted: Json, pattern: Pattern, caller: TaskCaller): Promise<Json>;
}
