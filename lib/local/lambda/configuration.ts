/** AWS's FunctionConfiguration. */
import type { Version } from "./function_version.ts";
import { runtimeVersionArn } from "./runtimes.ts";

/** For lists: without the state. */
export function listedConfiguration(version: Version) {
  const { Change: _change, Grantee: _grantee, ...members } = version;
  return {
    ...members,
    PackageType: "Zip",
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    TracingConfig: { Mode: "PassThrough" },
  };
}

/** For all other operations. */
export function configuration(version: Version, region: string) {
  return {
    ...listedConfiguration(version),
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(version.Runtime, region) },
    ...state(version),
  };
}

function state({ Change }: Version): Record<string, string> {
  if (!Change) return { State: "Active", LastUpdateStatus: "Successful" };
  if (Change.kind === "create") {
    return { State: "Pending", StateReason: "The function is being created.", StateReasonCode: "Creating" };
  }
  return {
    State: "Active",
    LastUpdateStatus: "InProgress",
    LastUpdateStatusReason: "The function is being created.",
    LastUpdateStatusReasonCode: "Creating",
  };
}
