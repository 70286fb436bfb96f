/** Tags of state machines. */
import { AwsError } from "../errors.ts";
import { type Operation, operation } from "../legacy_protocols.ts";
import type { Call, Core } from "../services.ts";
import { list, required, string, structure } from "../legacy_shapes.ts";
import type { Machine, MachineStore } from "./machines.ts";

/** Tags that a resource may have. */
const TAG_LIMIT = 50;

export const tagShape = structure({ key: string({ min: 1, max: 128 }), value: string({ max: 256 }) });
const resourceArn = required(string({ min: 1, max: 256 }));

/** The tags with others added. @throws AwsError TooManyTags */
export function checkTags(
  tags: Record<string, string>,
  added: readonly { key?: string; value?: string }[],
  arn: string,
): Record<string, string> {
  const named = added.filter(({ key }) => key !== undefined).map(({ key, value }) => [key!, value ?? ""]);
  const all = { ...tags, ...Object.fromEntries(named) };
  if (Object.keys(all).length <= TAG_LIMIT) return all;
  throw new AwsError("TooManyTags", `Too many tags: '${arn}'`, 400, { resourceName: arn });
}

export function tagOperations(core: Core, machines: MachineStore): Record<string, Operation> {
  const tagged = (call: Call, action: string, arn: string): Machine => {
    core.siblings.iam.authorize(call.principal, `states:${action}`, arn);
    const machine = machines.find(arn);
    if (machine) return machine;
    throw new AwsError("ResourceNotFound", `Resource not found: '${arn}'`, 400, { resourceName: arn });
  };
  return {
    TagResource: operation(
      structure({ resourceArn, tags: required(list(tagShape)) }),
      ({ resourceArn, tags }, call) => {
        const machine = tagged(call, "TagResource", resourceArn);
        machines.put({ ...machine, tags: checkTags(machine.tags, tags, resourceArn) });
      },
    ),
    UntagResource: operation(
      structure({ resourceArn, tagKeys: required(list(string({ min: 1, max: 128 }))) }),
      ({ resourceArn, tagKeys }, call) => {
        const machine = tagged(call, "UntagResource", resourceArn);
        const kept = Object.entries(machine.tags).filter(([key]) => !tagKeys.includes(key));
        machines.put({ ...machine, tags: Object.fromEntries(kept) });
      },
    ),
    ListTagsForResource: operation(structure({ resourceArn }), ({ resourceArn }, call) => {
      const { tags } = tagged(call, "ListTagsForResource", resourceArn);
      return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
    }),
  };
}
