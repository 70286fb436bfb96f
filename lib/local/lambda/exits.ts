/** What an invocation's caller is told when the function's process has ended. */
import { errorPayload } from "./runtime_api.ts";

export interface Outcome {
  readonly payload: Uint8Array;
  readonly functionError?: "Unhandled";
}

/** Why the local AWS ended a process. */
export type KillReason = "timeout" | "memory" | "storage" | "stop";

export function failure(errorType: string, errorMessage: string): Outcome {
  return { payload: errorPayload(errorType, errorMessage), functionError: "Unhandled" };
}

/** Why a process ended, as Lambda words it. @param status absent when it never started */
export function lastWords(killedFor: KillReason | undefined, status: Deno.CommandStatus | undefined): string {
  if (killedFor === "storage") return "ENOSPC: no space left on device, write";
  if (killedFor === "memory" || status?.signal) {
    // V8 aborts the process when its heap is full.
    return `Runtime exited with error: signal: ${status?.signal === "SIGKILL" ? "killed" : "aborted"}`;
  }
  if (status?.code) return `Runtime exited with error: exit status ${status.code}`;
  return "Runtime exited without providing a reason";
}
