/** Errors of executions in words, with what to do. */
import { THRESHOLD_ERROR } from "../../names.ts";

export interface Advice {
  /** What happened. */
  what: string;
  /** What to do, if anything. */
  todo?: string;
}

/** What a message must say for a cause, what happened then, and what to do. The first that fits counts. */
const CAUSES: readonly [says: RegExp, what: string, todo: string][] = [
  [
    /Endpoint .* (not found|of account .* not found)|Could not find endpoint/i,
    "The endpoint that classifies the pictures does not exist.",
    "Run notebook 2, or deno task pipeline: it trains the model and deploys the endpoint. Then run the order again.",
  ],
  [
    /NoSuchKey|specified key does not exist/,
    "The picture is not in the bucket.",
    "Check s3_key in the input. Pictures that are dropped on the page are under orders/.",
  ],
  [
    /AccessDenied|not authorized to perform/,
    "A role lacks a permission.",
    "Run deno task deploy: it brings roles, functions and state machine up to date. The cause names the permission.",
  ],
  [
    /ModelError|Received (server|client) error .* from (primary|model)/,
    "The model could not answer.",
    "Look at the endpoint's log under Models; a picture in another format than PNG or JPEG is the usual reason.",
  ],
  [
    /"[a-z_0-9]+" is missing from the input/,
    "The input lacks a member.",
    'It must have s3_bucket and s3_key, as in {"s3_bucket": "…", "s3_key": "test/….png"}.',
  ],
  [
    /THRESHOLD is /,
    "The filter has no threshold that it can use.",
    "Run deno task deploy with SCONES_THRESHOLD.",
  ],
];

const ERRORS: Readonly<Record<string, [what: string, todo: string]>> = {
  "States.Timeout": [
    "A state did not end in its time.",
    "Look at the log of its function below; TimeoutSeconds of the state is in the workflow.",
  ],
  "Lambda.TooManyRequestsException": [
    "Too many functions ran at once.",
    "Run the order again later. The account's quota of concurrent executions is in Service Quotas.",
  ],
  "Lambda.ResourceNotFoundException": ["A function does not exist.", "Run deno task deploy."],
  "States.DataLimitExceeded": [
    "A state's data exceeded the 256 KiB that Step Functions passes on.",
    "Use a smaller picture, or SCONES_IMAGE_SIZE.",
  ],
  "Sandbox.Timedout": ["A function did not answer in its time.", "Look at its log below."],
};

/** @param cause of the execution, often JSON with errorType and errorMessage */
export function adviceOn(status: string, error = "", cause = ""): Advice | undefined {
  if (status === "ABORTED") return { what: "The execution was stopped." };
  if (status === "TIMED_OUT") return { what: "The execution did not end within its TimeoutSeconds." };
  if (status !== "FAILED") return undefined;
  const message = messageOf(cause);
  if (error === THRESHOLD_ERROR) {
    return {
      what: `Held back: ${lowerFirst(message || "the confidence is below the threshold")}.`.replace(
        /\.\.$/,
        ".",
      ),
      todo: "A person decides on this order.",
    };
  }
  const found = CAUSES.find(([says]) => says.test(error) || says.test(message));
  if (found) return { what: found[1], todo: found[2] };
  const known = ERRORS[error];
  if (known) return { what: known[0], todo: known[1] };
  return {
    what: `The execution failed with ${error || "an unnamed error"}${message ? `: ${message}` : ""}`,
    todo:
      "The state that failed is marked in the graph; choose it to see its input and the log of its function.",
  };
}

/** The message in a cause, which is JSON when a function threw the error; with three decimals. */
function messageOf(cause: string): string {
  let message = cause;
  try {
    message = String(JSON.parse(cause).errorMessage ?? cause);
  } catch {
    // A text.
  }
  return message.replaceAll(/\b0\.\d{4,}/g, (number) => Number(number).toFixed(3));
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
