/** Collects what the rules find. */
import type { FindOperation } from "../integrations/aws_sdk.ts";

export interface Diagnostic {
  readonly severity: "ERROR" | "WARNING";
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

/** A reference of a state to a variable, or a JSONata expression, which is checked at the end. */
export interface Reference {
  readonly state: string;
  readonly at: string;
  readonly scope: VariableScope;
  /** Without `$`; undefined for an expression. */
  readonly variable?: string;
  readonly expression?: string;
  /** The members of `$states` that the expression may read, beside input and context. */
  readonly states?: readonly string[];
}

/** The variables that are assigned in a machine, and in those around it. */
export interface VariableScope {
  readonly names: Set<string>;
  readonly outer?: VariableScope;
}

/** A hostile definition could have millions of errors, with names of a megabyte in each. */
const MOST_FOUND = 200, LONGEST_TEXT = 1000;

export class Report {
  readonly found: Diagnostic[] = [];
  /** The names of all states so far, as they must be unique in the whole definition. */
  readonly names = new Set<string>();
  readonly references: Reference[] = [];
  readonly #counts = { ERROR: 0, WARNING: 0 };

  /** @param findOperation finds the operations that `aws-sdk` resources name */
  constructor(readonly findOperation: FindOperation) {}

  add(code: string, message: string, location?: string, severity: Diagnostic["severity"] = "ERROR"): void {
    // Each severity by itself: many warnings must not hide an error.
    if (this.#counts[severity]++ >= MOST_FOUND) return;
    this.found.push({
      severity,
      code,
      message: shortened(message),
      ...(location === undefined ? {} : { location: shortened(location) }),
    });
  }

  invalid(message: string, location: string): void {
    this.add(INVALID, message, location);
  }

  warning(code: string, message: string, location: string): void {
    this.add(code, message, location, "WARNING");
  }

  missingTarget(message: string, location: string): void {
    this.add("MISSING_TRANSITION_TARGET", message, location);
  }

  /** @param what the unsupported feature, for example "activities" */
  unsupported(what: string, location: string): void {
    this.add(UNSUPPORTED, what, location);
  }

  /** Whether the fields found so far are right, whatever states they lead to. */
  get isWellFormed(): boolean {
    return this.found.every(({ code }) => code !== INVALID);
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
