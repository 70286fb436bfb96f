/** Collects what the rules find. */

export interface Diagnostic {
  readonly code: string;
  readonly message: string;
  /** A path like `/States/A/Next`. */
  readonly location?: string;
}

export const INVALID = "SCHEMA_VALIDATION_FAILED";
/** The code for what AWS can run and the local AWS cannot; AWS has no such code. */
export const UNSUPPORTED = "NOT_SUPPORTED_LOCALLY";

/** An unchecked part of a definition. */
export type Fields = Record<string, unknown>;

export class Report {
  readonly found: Diagnostic[] = [];

  invalid(message: string, location: string): void {
    this.found.push({ code: INVALID, message, location });
  }

  missingTarget(message: string, location: string): void {
    this.found.push({ code: "MISSING_TRANSITION_TARGET", message, location });
  }

  /** @param what the unsupported feature, for example "activities" */
  unsupported(what: string, location: string): void {
    this.found.push({ code: UNSUPPORTED, message: what, location });
  }

  /** Reports missing fields; returns whether there are none. */
  required(holder: Fields, fields: readonly string[], location: string): boolean {
    const missing = fields.filter((field) => holder[field] === undefined);
    if (missing.length > 0) this.invalid(`These fields are required: [${missing.join(", ")}]`, location);
    return missing.length === 0;
  }
}
