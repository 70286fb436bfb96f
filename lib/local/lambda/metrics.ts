/** The metrics of functions (AWS, "Types of metrics for Lambda functions"). */
import type { Core, MetricValues } from "../core.ts";
import type { FunctionReference } from "./names.ts";

export function count(value: number): MetricValues[string] {
  return { value, unit: "Count" };
}

/** Publishes values of a function, of the alias or version that was invoked, and of all functions. */
export function notice(core: Core, { name, qualifier }: FunctionReference, values: MetricValues): void {
  const publish = (dimensions: Record<string, string>) =>
    core.metrics.publish("AWS/Lambda", dimensions, values);
  publish({});
  publish({ FunctionName: name });
  publish({ FunctionName: name, Resource: qualifier === undefined ? name : `${name}:${qualifier}` });
}
