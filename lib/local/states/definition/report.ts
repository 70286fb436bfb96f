/** Collects what the rules find. */
import type { FindOperation } from "../integrations/aws_sdk.ts";

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

/** A hostile definition could have millions of errors, with names of a megabyte in each. */
const MOST_FOUND = 200, LONGEST_TEXT = 1000;

export class Report {
  readonly found: Diagnostic[] = [];
  /** The names of all states so far, as they must be unique in the whole definition. */
  readonly names = new Set<string>();

  /** @param findOperation finds the operations that `aws-sdk` resources name */
  constructor(readonly findOperation: FindOperation) {}

  add(code: string, message: string, location: string): void {
    if (this.found.length === MOST_FOUND) return;
    this.found.push({ code, message: shortened(message), location: shortened(location) });
  }

  invalid(message: string, location: string): void {
    this.add(INVALID, message, location);
  }

  missingTarget(message: string, location: string): void {
    this.add("MISSING_TRANSITION_TARGET", message, location);
  }

  /** @param what the unsupported feature, for example "activities" */
  unsupported(what: string, location: string): void {
    this.add(UNSUPPORTED, what, location);
  }

  /** Reports missing fields; returns whether there are none. */
  required(holder: Fields, fields: readonly string[], location: string): boolean {
    const missing = fields.filter((field) => holder[field] === undefined);
    if (missing.length > 0) this.invalid(`These fields are required: [${missing.join(", ")}]`, location);
    return missing.length === 0;
  }
}

function shortened(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
