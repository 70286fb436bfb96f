/** Names and ARNs of functions, versions and aliases. */
import { AwsError } from "../errors.ts";
import type { Core } from "../core.ts";
import { string } from "../shapes.ts";
import { functionNotFound, invalidParameter } from "./errors.ts";
import { lambdaProtocol } from "./protocol.ts";

const REGION = String.raw`(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}`;
const PREFIX = String.raw`(arn:(aws[a-zA-Z\-]*)?:lambda:)?(${REGION}:)?(\d{12}:)?(function:)?`;

/** A name, partial ARN or full ARN in operations that write. */
export const functionName = string({
  min: 1,
  max: 140,
  pattern: new RegExp(String.raw`${PREFIX}([a-zA-Z0-9\-_]+)(:(\$LATEST|[a-zA-Z0-9\-_]+))?`),
});

/** The same in operations that read: it can be longer and contain dots. */
export const namespacedFunctionName = string({
  min: 1,
  max: 256,
  pattern: new RegExp(
    String.raw`${PREFIX}([a-zA-Z0-9\-_.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9\-_]+))?`,
  ),
});

export const qualifier = string({
  min: 1,
  max: 128,
  pattern: /\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9\-_$]+/,
});

export const versionNumber = string({ min: 1, max: 1024, pattern: /(\$LATEST(\.PUBLISHED)?|[0-9]+)/ });
export const aliasName = string({ min: 1, max: 128, pattern: /(?!^[0-9]+$)([a-zA-Z0-9\-_]+)/ });

export interface FunctionReference {
  readonly name: string;
  /** `$LATEST`, a version or an alias; absent when the caller gave none. */
  readonly qualifier?: string;
}

/**
 * Parses a function's name or ARN, which has already been checked against its shape.
 * @param qualified the `Qualifier` parameter
 * @throws AwsError for another region or account, a name that is too long, or two different qualifiers
 */
export function functionReference(core: Core, given: string, qualified?: string): FunctionReference {
  const parts = given.split(":");
  if (parts[0] === "arn") parts.splice(0, 3);
  const region = parts.find((part) => new RegExp(`^${REGION}$`).test(part));
  const account = parts.find((part) => /^\d{12}$/.test(part));
  // Drops the prefix of [region:][account:][function:]name[:qualifier]; a lone 12-digit part is the name.
  while (parts.length > 1 && (parts[0] === region || parts[0] === account || parts[0] === "function")) {
    if (parts.shift() === "function") break;
  }
  const [name, embedded] = parts as [string, string | undefined];
  if (name.length > 64) {
    const constraint = "Member must have length less than or equal to 64";
    throw lambdaProtocol.words.invalid([
      { kind: "constraint", path: "functionName", value: name, constraint },
    ]);
  }
  if (given.includes(":")) {
    if (region && region !== core.region) {
      throw new AwsError(
        "ResourceNotFoundException",
        `Functions from '${region}' are not reachable in this region ('${core.region}')`,
        404,
      );
    }
    if (account && account !== name && account !== core.account) {
      throw functionNotFound(`arn:aws:lambda:${core.region}:${account}:function:${name}`);
    }
  }
  if (embedded && qualified && embedded !== qualified) {
    throw invalidParameter(
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
  }
  const chosen = qualified ?? embedded;
  return chosen === undefined ? { name } : { name, qualifier: chosen };
}

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]` */
export function functionArn(core: Core, { name, qualifier }: FunctionReference): string {
  const arn = `arn:aws:lambda:${core.region}:${core.account}:function:${name}`;
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}
