/** What the `Resource` of a Task state names. */
import { awsSdkIntegration } from "./aws_sdk.ts";
import type { Integration, Pattern } from "./integration.ts";
import { INTEGRATIONS } from "./mod.ts";

export type TaskResource =
  | { readonly kind: "function" | "activity"; readonly arn: string }
  | {
    readonly kind: "service";
    readonly integration: Integration;
    readonly pattern: Pattern;
    /** The members that name the task in events. */
    readonly service: { readonly resourceType: string; readonly resource: string };
  };

const PATTERN = /(\.sync:2|\.sync|\.waitForTaskToken)?$/;
const known = new Map<string, TaskResource | undefined>();
/** Definitions can name any resource; those of a machine or two are kept. */
const MOST_KNOWN = 1000;

/** Undefined when the resource is none that Step Functions has, or none that the local AWS supports. */
export function resourceOf(resource: string): TaskResource | undefined {
  if (!known.has(resource)) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(resource, find(resource));
  }
  return known.get(resource);
}

function find(resource: string): TaskResource | undefined {
  if (/^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/.test(resource)) {
    return { kind: "function", arn: resource };
  }
  if (/^arn:[\w-]+:states:[\w-]+:\d{12}:activity:[^:]+$/.test(resource)) {
    return { kind: "activity", arn: resource };
  }
  const named = resource.match(/^arn:[\w-]+:states:[\w-]*:\d*:(.+)$/)?.[1];
  if (named === undefined) return undefined;
  const pattern = named.match(PATTERN)![0] as Pattern;
  const plain = named.slice(0, named.length - pattern.length);
  const integration = INTEGRATIONS.get(plain) ?? awsSdkIntegration(plain);
  if (!integration?.patterns.includes(pattern)) return undefined;
  const { resourceType, resource: action } = integration.service;
  return {
    kind: "service",
    integration,
    pattern,
    service: { resourceType, resource: `${action}${pattern}` },
  };
}
