/**
 * The work that one state may cause. Paths, templates and functions are evaluated in one go, so a hostile state would
 * hold up every other request. AWS has no such limit; it is far above what definitions need.
 */
import { EvaluationFailure } from "./failures.ts";

/** A unit is one value that is looked at, 10 to 50 ns: together a tenth of a second at most. */
export const WORK_LIMIT = 1_500_000;

/** As many characters are copied, parsed or compared in the time of one unit. */
const CHARACTERS_PER_UNIT = 8;

export class Work {
  /** Units so far. */
  spent = 0;

  /** @throws EvaluationFailure States.Runtime when the limit is exceeded */
  spend(units: number): void {
    this.spent += units;
    if (this.spent <= WORK_LIMIT) return;
    throw new EvaluationFailure(
      "Evaluating the state's paths, templates and functions takes more work than the local AWS allows " +
        `(${WORK_LIMIT.toLocaleString("en")} values looked at).`,
    );
  }

  /** Units that may still be spent. */
  get left(): number {
    return Math.max(0, WORK_LIMIT - this.spent);
  }

  /** Like `spend`, for a path or function of this length, which is parsed. */
  spendParsing(length: number): void {
    this.spend(3 * length);
  }

  /** Like `spend`, for text of this length that is copied or compared. */
  spendText(length: number): void {
    this.spend(length / CHARACTERS_PER_UNIT);
  }
}
