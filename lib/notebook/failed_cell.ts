/**
 * Refuses the cells that are queued behind a failed one, and shows errors without the frames of packages. "Run All" sends
 * all cells to the kernel at once; most kernels drop the rest after a failure, but Deno's runs them all.
 */
import { inKernel } from "../display/show.ts";
import { PROJECT_DIR } from "../settings.ts";

/** Queued cells follow each other within milliseconds; a person who runs a cell again takes longer. */
const QUEUED_WITHIN_MS = 1_000;

/** When a step last failed or was refused. */
let failedMs = -Infinity;

/** The cell was not run, because it was queued behind one that failed. */
export class SkippedError extends Error {
  override name = "Skipped";

  constructor() {
    super("the cell above failed");
  }
}

/**
 * A function for the notebooks: in a kernel its failure refuses the steps of all cells that are queued behind, so that
 * nothing is created after a failed precondition.
 * @throws SkippedError if it is refused itself
 */
export function step<A extends unknown[], R>(
  work: (...args: A) => R | Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    if (isQueuedBehindFailure()) {
      // A view that was passed as a promise is refused too; nobody waits for it any more.
      for (const arg of args) if (arg instanceof Promise) arg.catch(() => {});
      throw refused();
    }
    try {
      return await work(...args);
    } catch (error) {
      failedMs = performance.now();
      throw error;
    }
  };
}

function isQueuedBehindFailure(): boolean {
  return inKernel() && performance.now() - failedMs < QUEUED_WITHIN_MS;
}

function refused(): SkippedError {
  failedMs = performance.now(); // the next cell of the queue follows this one
  return new SkippedError();
}

/** Frames that tell nothing about a notebook: of packages, of Deno and Node.js, and of this file. */
const FOREIGN_FRAME = /node_modules|\b(ext|node):|lib\/notebook\/failed_cell\.ts/;

/**
 * The text that the kernel shows for an error. A queued cell that uses a variable of the failed cell fails before it comes
 * to a step; it is refused in the same words.
 */
function stackText(error: Error, frames: readonly unknown[]): string {
  if (error instanceof ReferenceError && isQueuedBehindFailure()) {
    const { name, message } = refused();
    Object.assign(error, { name, message });
  }
  const head = `${error.name}: ${error.message}`;
  if (error.name === "Skipped") return head;
  const own = frames.map(String).filter((frame) => !FOREIGN_FRAME.test(frame));
  return [head, ...own.map((frame) => `    at ${frame.replaceAll(`${PROJECT_DIR}/`, "")}`)].join("\n");
}

// V8 calls this when a stack is read for the first time, which the kernel does for the error of a cell.
if (inKernel()) Object.assign(Error, { prepareStackTrace: stackText });
