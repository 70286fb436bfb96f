/** CreateAlias, GetAlias, UpdateAlias, DeleteAlias, ListAliases. */
import { AwsError } from "../errors.ts";
import { map, number, required, string, structure } from "../legacy_shapes.ts";
import {
  aliasName,
  conflict,
  functionArn,
  functionName,
  functionNotFound,
  functionReference,
  invalidParameter,
  versionNumber,
} from "./names.ts";
import { page, paging } from "./paging.ts";
import type { Parts } from "./parts.ts";
import { type Alias, checkRevision, versionKey } from "./records.ts";
import { type Route, route } from "./rest.ts";
import { description } from "./settings.ts";

const routing = structure({
  AdditionalVersionWeights: map(number({ min: 0, max: 1 }), { key: string({ pattern: /[0-9]+/ }) }),
});

const createAlias = structure({
  FunctionName: required(functionName),
  Name: required(aliasName),
  FunctionVersion: required(versionNumber),
  Description: description,
  RoutingConfig: routing,
});

const updateAlias = structure({
  FunctionName: required(functionName),
  Name: required(aliasName),
  FunctionVersion: versionNumber,
  Description: description,
  RoutingConfig: routing,
  RevisionId: string(),
});

const oneAlias = structure({ FunctionName: required(functionName), Name: required(aliasName) });
const listAliases = structure({
  FunctionName: required(functionName),
  FunctionVersion: versionNumber,
  ...paging,
});

const ALIASES = "/2015-03-31/functions/{FunctionName}/aliases";

export function aliasRoutes({ core, records }: Parts): Route[] {
  const keyOf = (name: string, alias: string) => `${name}:${alias}`;

  const existing = (name: string, alias: string): Alias => {
    const found = records.aliases.get(keyOf(name, alias));
    if (found) return found;
    const arn = functionArn(core, { name, qualifier: alias });
    throw new AwsError("ResourceNotFoundException", `Cannot find alias arn: ${arn}`, 404);
  };

  const checkTarget = (name: string, version: string, weights: Record<string, number> = {}): void => {
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
  };

  const routingOf = (weights: Record<string, number> | undefined) =>
    weights && Object.keys(weights).length > 0
      ? { RoutingConfig: { AdditionalVersionWeights: weights } }
      : {};

  return [
    route(`POST ${ALIASES}`, createAlias, (input, { principal }) => {
      const { name } = functionReference(core, input.FunctionName);
      const arn = functionArn(core, { name });
      core.siblings.iam.authorize(principal, "lambda:CreateAlias", arn);
      records.get(name);
      const AliasArn = functionArn(core, { name, qualifier: input.Name });
      const weights = input.RoutingConfig?.AdditionalVersionWeights;
      checkTarget(name, input.FunctionVersion, weights);
      if (records.aliases.has(keyOf(name, input.Name))) throw conflict(`Alias already exists: ${AliasArn}`);
      const alias: Alias = {
        AliasArn,
        Name: input.Name,
        FunctionVersion: input.FunctionVersion,
        Description: input.Description ?? "",
        ...routingOf(weights),
        RevisionId: crypto.randomUUID(),
      };
      records.aliases.put(keyOf(name, input.Name), alias);
      return alias;
    }, 201),

    route(`GET ${ALIASES}/{Name}`, oneAlias, (input, { principal }) => {
      const { name } = functionReference(core, input.FunctionName);
      core.siblings.iam.authorize(principal, "lambda:GetAlias", functionArn(core, { name }));
      return existing(name, input.Name);
    }),

    route(`PUT ${ALIASES}/{Name}`, updateAlias, (input, { principal }) => {
      const { name } = functionReference(core, input.FunctionName);
      core.siblings.iam.authorize(principal, "lambda:UpdateAlias", functionArn(core, { name }));
      const alias = existing(name, input.Name);
      checkRevision(input.RevisionId, alias.RevisionId);
      const { RoutingConfig, ...rest } = alias;
      const weights = (input.RoutingConfig ?? RoutingConfig)?.AdditionalVersionWeights;
      const FunctionVersion = input.FunctionVersion ?? alias.FunctionVersion;
      checkTarget(name, FunctionVersion, weights);
      const updated: Alias = {
        ...rest,
        FunctionVersion,
        Description: input.Description ?? alias.Description,
        ...routingOf(weights),
        RevisionId: crypto.randomUUID(),
      };
      records.aliases.put(keyOf(name, input.Name), updated);
      return updated;
    }),

    route(`DELETE ${ALIASES}/{Name}`, oneAlias, (input, { principal }) => {
      const { name } = functionReference(core, input.FunctionName);
      core.siblings.iam.authorize(principal, "lambda:DeleteAlias", functionArn(core, { name }));
      records.get(name);
      records.aliases.delete(keyOf(name, input.Name));
    }, 204),

    route(`GET ${ALIASES}`, listAliases, (input, { principal }) => {
      const { name } = functionReference(core, input.FunctionName);
      core.siblings.iam.authorize(principal, "lambda:ListAliases", functionArn(core, { name }));
      records.get(name);
      const all = records.aliases.list(`${name}:`).filter(({ FunctionVersion }) =>
        !input.FunctionVersion || FunctionVersion === input.FunctionVersion
      );
      const { items, NextMarker } = page(all, ({ Name }) => Name, input);
      return { Aliases: items, ...(NextMarker ? { NextMarker } : {}) };
    }),
  ];
}
