/** How states fail. */
/**
 * A state's failure. States.Runtime ends the execution past every Retry and Catch; every other name can be
 * retried and caught.
 */
export class StateFailure extends Error {
  constructor(
    readonly error: string | undefined,
    override readonly cause: string | undefined,
    /** A further name that retriers and catchers may know it by. */
    readonly alias?: string,
  ) {
    super(`${error}: ${cause}`);
  }

  get fatal(): boolean {
    return this.error === "States.Runtime";
  }
}

/**
 * A failure that Step Functions finds itself while it evaluates a state; whoever runs the state adds where, as
 * AWS does ("An error occurred while executing the state …").
 */
export class EvaluationFailure extends StateFailure {
  constructor(private readonly text: string, error = "States.Runtime") {
    super(error, text);
  }

  /** The failure as the state's: with its name and the id of its entered event. */
  within(state: string, entered: number): StateFailure {
    return new StateFailure(
      this.error,
      `An error occurred while executing the state '${state}' (entered at the event id #${entered}). ${this.text}`,
    );
  }
}

/** The failure of a state whose result or output is over the limit. */
export function tooLarge(what: string): StateFailure {
  return new StateFailure(
    "States.DataLimitExceeded",
    `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/** A fault of ours fails the execution visibly instead of leaving it running for ever. */
export function asFailure(error: unknown): StateFailure {
  if (error instanceof StateFailure) return error;
  return new StateFailure("States.Runtime", `An internal error of the local AWS occurred: ${error}`);
}

/** The failure with the place that AWS adds to what it finds itself. */
export function located(
  failure: StateFailure,
  { state, entered }: { state: string; entered: number },
): StateFailure {
  return failure instanceof EvaluationFailure ? failure.within(state, entered) : failure;
}
