/** Task tokens: who has one may report the outcome of the task that waits for it. */
import { AwsError } from "../../errors.ts";

/** Names the execution and the thread; `secret` makes it unguessable, and tells a retry from the attempt before. */
interface TaskToken {
  readonly execution: number;
  readonly thread: number;
  readonly secret: string;
}

export function newToken(execution: number, thread: number): string {
  const token: TaskToken = { execution, thread, secret: crypto.randomUUID() };
  return new TextEncoder().encode(JSON.stringify(token)).toBase64();
}

/** @throws AwsError InvalidToken when it is no token of Step Functions */
export function readToken(text: string): TaskToken {
  try {
    const token = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(text)));
    if (Number.isSafeInteger(token?.execution) && Number.isSafeInteger(token?.thread)) return token;
  } catch {
    // Not one of ours.
  }
  throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
}

/** The error for a task that no longer waits: it ended, was retried, or its execution is over. */
export function taskIsOver(): AwsError {
  return new AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
}
