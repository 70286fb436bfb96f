/** Principals of policies whose role is deleted. */
import { isObject } from "../shapes.ts";

/** Puts a deleted role's unique id in the place of its ARN in a policy, given as JSON text. */
export type Renaming = (policy: string) => string;

/**
 * A policy names a role, not whatever has its ARN: when the role is deleted, its unique id takes the ARN's place, and one
 * made anew is not meant (AWS, "AWS JSON policy elements: Principal").
 */
export function renaming(arn: string, id: string): Renaming {
  const renamed = (name: unknown) => name === arn ? id : name;
  return (policy) => {
    if (!policy.includes(arn)) return policy;
    const document = JSON.parse(policy);
    for (const statement of [document.Statement].flat()) {
      for (const principal of [statement.Principal, statement.NotPrincipal]) {
        if (!isObject(principal)) continue;
        const { AWS } = principal;
        principal.AWS = Array.isArray(AWS) ? AWS.map(renamed) : renamed(AWS);
      }
    }
    return JSON.stringify(document);
  };
}
