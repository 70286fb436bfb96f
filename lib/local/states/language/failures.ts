/** The failures of states. */

/**
 * A state's failure. States.Runtime ends the execution; all other errors can be retried and caught.
 */
export class StateFailure extends Error {
  constructor(
    readonly error: string | undefined,
    override readonly cause: string | undefined,
    /** A second name that retriers and catchers can match. */
    readonly alias?: string,
    /** The field whose JSONata expression failed. */
    readonly location?: string,
  ) {
    super(`${error}: ${cause}`);
  }

  get fatal(): boolean {
    return this.error === "States.Runtime";
  }
}

/**
 * A failure in evaluating a state's paths and templates. `located` adds the state, as AWS does ("An error occurred
 * while executing the state …").
 */
export class EvaluationFailure extends StateFailure {
  constructor(private readonly text: string, error = "States.Runtime", location?: string) {
    super(error, text, undefined, location);
  }

  /** The failure with the state's name and the id of its entered event. */
  within(state: string, entered: number): StateFailure {
    return new StateFailure(
      this.error,
      `An error occurred while executing the state '${state}' (entered at the event id #${entered}). ${this.text}`,
      undefined,
      this.location,
    );
  }
}

/** The failure of a JSONata expression. */
export class QueryFailure extends EvaluationFailure {
  constructor(text: string, location: string) {
    super(text, "States.QueryEvaluationError", location);
  }
}

/** The failure of a state whose result or output exceeds the limit. */
export function tooLarge(what: string): StateFailure {
  return new StateFailure(
    "States.DataLimitExceeded",
    `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/** An unexpected error becomes a failure too: the execution must not run for ever. */
export function asFailure(error: unknown): StateFailure {
  if (error instanceof StateFailure) return error;
  return new StateFailure("States.Runtime", `An internal error of the local AWS occurred: ${error}`);
}

/** Adds the state to an EvaluationFailure. */
export function located(
  failure: StateFailure,
  { state, entered }: { state: string; entered: number },
): StateFailure {
  return failure instanceof EvaluationFailure ? failure.within(state, entered) : failure;
}
