/** Aliases: create, get, update, delete, list. */
import { AwsError } from "../errors.ts";
import { map, number, query, required, string, structure } from "../shapes.ts";
import { type LambdaContext, onFunction, operation, paged, paging } from "./context.ts";
import { conflict, functionNotFound, invalidParameter } from "./errors.ts";
import { checkRevision } from "./function_version.ts";
import { aliasName, functionArn, functionName, functionReference, versionNumber } from "./names.ts";
import { type Alias, aliasKey, versionKey } from "./records.ts";
import { description } from "./settings.ts";

const routing = structure({
  AdditionalVersionWeights: map(number({ min: 0, max: 1 }), { key: string({ pattern: /[0-9]+/ }) }),
});
const oneAlias = structure({ FunctionName: required(functionName), Name: required(aliasName) });

export const createAlias = operation({
  action: "lambda:CreateAlias",
  input: structure({
    FunctionName: required(functionName),
    Name: required(aliasName),
    FunctionVersion: required(versionNumber),
    Description: description,
    RoutingConfig: routing,
  }),
  resource: onFunction,
  http: { at: "POST /2015-03-31/functions/{FunctionName}/aliases", status: 201 },
  run(input, lambda) {
    const { core, records } = lambda;
    const { name } = functionReference(core, input.FunctionName);
    records.get(name);
    const AliasArn = functionArn(core, { name, qualifier: input.Name });
    const weights = input.RoutingConfig?.AdditionalVersionWeights;
    checkTarget(lambda, name, input.FunctionVersion, weights);
    const key = aliasKey(name, input.Name);
    if (records.aliases.has(key)) throw conflict(`Alias already exists: ${AliasArn}`);
    const alias: Alias = {
      AliasArn,
      Name: input.Name,
      FunctionVersion: input.FunctionVersion,
      Description: input.Description ?? "",
      ...routingOf(weights),
      RevisionId: crypto.randomUUID(),
    };
    records.aliases.put(key, alias);
    return alias;
  },
});

export const getAlias = operation({
  action: "lambda:GetAlias",
  input: oneAlias,
  resource: onFunction,
  http: { at: "GET /2015-03-31/functions/{FunctionName}/aliases/{Name}" },
  run: ({ FunctionName, Name }, lambda) =>
    existing(lambda, functionReference(lambda.core, FunctionName).name, Name),
});

export const updateAlias = operation({
  action: "lambda:UpdateAlias",
  input: structure({
    FunctionName: required(functionName),
    Name: required(aliasName),
    FunctionVersion: versionNumber,
    Description: description,
    RoutingConfig: routing,
    RevisionId: string(),
  }),
  resource: onFunction,
  http: { at: "PUT /2015-03-31/functions/{FunctionName}/aliases/{Name}" },
  run(input, lambda) {
    const { name } = functionReference(lambda.core, input.FunctionName);
    const alias = existing(lambda, name, input.Name);
    checkRevision(input.RevisionId, alias.RevisionId);
    const { RoutingConfig, ...rest } = alias;
    const weights = (input.RoutingConfig ?? RoutingConfig)?.AdditionalVersionWeights;
    const FunctionVersion = input.FunctionVersion ?? alias.FunctionVersion;
    checkTarget(lambda, name, FunctionVersion, weights);
    const updated: Alias = {
      ...rest,
      FunctionVersion,
      Description: input.Description ?? alias.Description,
      ...routingOf(weights),
      RevisionId: crypto.randomUUID(),
    };
    lambda.records.aliases.put(aliasKey(name, input.Name), updated);
    return updated;
  },
});

export const deleteAlias = operation({
  action: "lambda:DeleteAlias",
  input: oneAlias,
  resource: onFunction,
  http: { at: "DELETE /2015-03-31/functions/{FunctionName}/aliases/{Name}", status: 204 },
  run({ FunctionName, Name }, { core, records }) {
    const { name } = functionReference(core, FunctionName);
    records.get(name);
    records.aliases.delete(aliasKey(name, Name));
  },
});

export const listAliases = operation({
  action: "lambda:ListAliases",
  input: structure({
    FunctionName: required(functionName),
    FunctionVersion: query("FunctionVersion", versionNumber),
    ...paging,
  }),
  resource: onFunction,
  http: { at: "GET /2015-03-31/functions/{FunctionName}/aliases" },
  run(input, { core, records }) {
    const { name } = functionReference(core, input.FunctionName);
    records.get(name);
    const all = records.aliasesOf(name).filter(({ FunctionVersion }) =>
      !input.FunctionVersion || FunctionVersion === input.FunctionVersion
    );
    const { items, NextMarker } = paged(all, ({ Name }) => [Name], input);
    return { Aliases: items, NextMarker };
  },
});

function existing({ core, records }: LambdaContext, name: string, alias: string): Alias {
  const found = records.aliases.get(aliasKey(name, alias));
  if (found) return found;
  const arn = functionArn(core, { name, qualifier: alias });
  throw new AwsError("ResourceNotFoundException", `Cannot find alias arn: ${arn}`, 404);
}

/** @throws AwsError when an alias cannot point to these versions */
function checkTarget(
  { core, records }: LambdaContext,
  name: string,
  version: string,
  weights: Record<string, number> = {},
): void {
  if (Object.keys(weights).length > 1) {
    throw invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1");
  }
  if (Object.hasOwn(weights, version)) {
    throw invalidParameter(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    );
  }
  if (version === "$LATEST" && Object.keys(weights).length > 0) {
    throw invalidParameter("$LATEST is not supported for an alias pointing to more than 1 version");
  }
  for (const number of [version, ...Object.keys(weights)]) {
    if (number !== "$LATEST" && !records.versions.has(versionKey(name, number))) {
      throw functionNotFound(functionArn(core, { name, qualifier: number }));
    }
  }
}

function routingOf(weights: Record<string, number> | undefined): Pick<Alias, "RoutingConfig"> {
  const isEmpty = !weights || Object.keys(weights).length === 0;
  return isEmpty ? {} : { RoutingConfig: { AdditionalVersionWeights: weights } };
}
