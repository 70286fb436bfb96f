/** Lambda's Node.js runtimes, and the days from which AWS refuses them. */
import { createHash } from "node:crypto";
import { unsupported } from "../errors.ts";
import { invalidParameter } from "./errors.ts";

interface Runtime {
  /** First day on which CreateFunction refuses it. */
  readonly blockCreate: string;
  /** First day on which updates of functions that use it are refused. */
  readonly blockUpdate: string;
}

/** From AWS's table of runtimes, 2026 (AWS, "Lambda runtimes"). */
const NODE_RUNTIMES: Readonly<Record<string, Runtime>> = {
  "nodejs24.x": { blockCreate: "2028-06-01", blockUpdate: "2028-07-01" },
  "nodejs22.x": { blockCreate: "2027-06-01", blockUpdate: "2027-07-01" },
  "nodejs20.x": { blockCreate: "2026-08-31", blockUpdate: "2026-09-30" },
  "nodejs18.x": { blockCreate: "2025-10-01", blockUpdate: "2025-11-01" },
  "nodejs16.x": { blockCreate: "2025-10-01", blockUpdate: "2025-11-01" },
  "nodejs14.x": { blockCreate: "2024-01-09", blockUpdate: "2024-02-08" },
  "nodejs12.x": { blockCreate: "2023-04-30", blockUpdate: "2023-04-30" },
};

const SUPPORTED = ["nodejs24.x", "nodejs22.x"];

/** AWS's runtimes for other languages, and announced ones. */
const OTHER_RUNTIMES = /^(python3|java|ruby|dotnet|provided|go1\.x|nodejs26\.x)/;

/**
 * @param step whether a function is created or updated
 * @param now milliseconds since the epoch
 * @throws AwsError InvalidParameterValueException for a runtime that AWS refuses or the local AWS does not support
 */
export function checkRuntime(runtime: string, step: "create" | "update", now: number): void {
  const known = Object.hasOwn(NODE_RUNTIMES, runtime) ? NODE_RUNTIMES[runtime] : undefined;
  if (!known) {
    if (OTHER_RUNTIMES.test(runtime)) {
      throw unsupported(`the runtime ${runtime}`, "InvalidParameterValueException");
    }
    throw invalidParameter(
      `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: ` +
        `[${SUPPORTED.join(", ")}] or be a valid ARN`,
    );
  }
  const day = step === "create" ? known.blockCreate : known.blockUpdate;
  if (now >= Date.parse(day)) {
    throw invalidParameter(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda ` +
        "functions. We recommend you use a supported runtime while creating or updating functions.",
    );
  }
}

/** The major version of Node.js of a runtime. */
export function nodeMajor(runtime: string): number {
  return Number(runtime.match(/^nodejs(\d+)/)?.[1]);
}

/** On AWS the ARN ends in the hash of a build; here it is the hash of the runtime's name. */
export function runtimeVersionArn(runtime: string, region: string): string {
  return `arn:aws:lambda:${region}::runtime:${createHash("sha256").update(runtime).digest("hex")}`;
}
