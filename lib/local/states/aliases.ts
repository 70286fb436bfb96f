/** Aliases of state machines: create, describe, update, list, delete. */
import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../errors.ts";
import { page } from "../pages.ts";
import { integer, list, required, string, structure } from "../shapes.ts";
import {
  arn,
  invalidToken,
  onMachine,
  operation,
  pageSize,
  paging,
  seconds,
  type StatesContext,
} from "./context.ts";
import { requireActive, requireArn } from "./machines.ts";
import { type Alias, type Route, unqualified } from "./version_store.ts";

const aliasArn = required(string({ min: 1, max: 256 }));
const onAlias = ({ stateMachineAliasArn }: { stateMachineAliasArn: string }) => stateMachineAliasArn;
const description = string({ max: 256 });
const routingConfiguration = list(
  structure({
    stateMachineVersionArn: required(string({ min: 1, max: 256 })),
    weight: required(integer({ min: 0, max: 100 })),
  }),
  { min: 1, max: 2 },
);

export const createStateMachineAlias = operation({
  action: "states:CreateStateMachineAlias",
  input: structure({
    name: required(string({ min: 1, max: 80, pattern: /^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$/ })),
    description,
    routingConfiguration: required(routingConfiguration),
  }),
  // The machine whose versions it routes to.
  resource: ({ routingConfiguration: [route] }) =>
    unqualified(route?.stateMachineVersionArn ?? "").machineArn,
  run({ name, description, routingConfiguration: routes }, states) {
    const { versions, core } = states;
    const machineArn = checkRoutes(routes, states);
    const arn = `${machineArn}:${name}`;
    const known = versions.alias(arn);
    if (known) {
      if (known.description === description && isDeepStrictEqual(known.routes, routes)) return created(known);
      throw new AwsError(
        "ConflictException",
        "Failed to create alias because an alias with the same name and a different routing configuration already " +
          "exists.",
      );
    }
    const now = core.now();
    const alias: Alias = { arn, machineArn, name, description, routes, creationDate: now, updateDate: now };
    versions.putAlias(alias);
    return created(alias);
  },
});

export const describeStateMachineAlias = operation({
  action: "states:DescribeStateMachineAlias",
  input: structure({ stateMachineAliasArn: aliasArn }),
  resource: onAlias,
  run({ stateMachineAliasArn }, states) {
    const { name, description, routes, creationDate, updateDate } = existing(states, stateMachineAliasArn);
    return {
      stateMachineAliasArn,
      name,
      description,
      routingConfiguration: routes,
      creationDate: seconds(creationDate),
      updateDate: seconds(updateDate),
    };
  },
});

export const updateStateMachineAlias = operation({
  action: "states:UpdateStateMachineAlias",
  input: structure({ stateMachineAliasArn: aliasArn, description, routingConfiguration }),
  resource: onAlias,
  run({ stateMachineAliasArn, description, routingConfiguration: routes }, states) {
    if (description === undefined && routes === undefined) {
      throw new AwsError(
        "ValidationException",
        "Either the description or the routing configuration must be specified",
      );
    }
    const before = existing(states, stateMachineAliasArn);
    if (routes) checkRoutes(routes, states);
    const updateDate = states.core.now();
    states.versions.putAlias({
      ...before,
      description: description ?? before.description,
      routes: routes ?? before.routes,
      updateDate,
    });
    return { updateDate: seconds(updateDate) };
  },
});

export const listStateMachineAliases = operation({
  action: "states:ListStateMachineAliases",
  input: structure({ stateMachineArn: arn, ...paging() }),
  resource: onMachine,
  run(input, { machines, versions }) {
    const { stateMachineArn } = input;
    const { machineArn, qualifier } = unqualified(stateMachineArn);
    machines.get(machineArn);
    // With a version's ARN: the aliases that route to it.
    const found = versions.aliases(machineArn).filter(({ routes }) =>
      qualifier === undefined ||
      routes.some(({ stateMachineVersionArn }) => stateMachineVersionArn === stateMachineArn)
    );
    const { items, next } = page(found, {
      key: ({ name }) => [name],
      limit: pageSize(input),
      token: input.nextToken,
      list: `aliases ${stateMachineArn}`,
      invalidToken,
    });
    return { stateMachineAliases: items.map(created), nextToken: next };
  },
});

export const deleteStateMachineAlias = operation({
  action: "states:DeleteStateMachineAlias",
  input: structure({ stateMachineAliasArn: aliasArn }),
  resource: onAlias,
  run({ stateMachineAliasArn }, states) {
    existing(states, stateMachineAliasArn);
    states.versions.deleteAlias(stateMachineAliasArn);
    return {};
  },
});

function created({ arn, creationDate }: Alias) {
  return { stateMachineAliasArn: arn, creationDate: seconds(creationDate) };
}

/** @throws AwsError InvalidArn, ResourceNotFound */
function existing({ versions }: StatesContext, aliasArn: string): Alias {
  requireArn(aliasArn, "stateMachine");
  const alias = versions.alias(aliasArn);
  if (alias) return alias;
  throw new AwsError("ResourceNotFound", "Request references a resource that does not exist.", 400, {
    resourceName: aliasArn,
  });
}

/** Checks that the routes are of versions of one machine; returns its ARN. @throws AwsError ValidationException and others */
function checkRoutes(routes: readonly Route[], { machines, versions }: StatesContext): string {
  const arns = routes.map(({ stateMachineVersionArn }) => stateMachineVersionArn);
  const shown = `[${arns.join(", ")}]`;
  const refuse = (message: string) => new AwsError("ValidationException", message);
  if (!arns.every((one) => /^\d+$/.test(unqualified(one).qualifier ?? ""))) {
    throw refuse(`Routing configuration must contain state machine version ARNs. Received: ${shown}`);
  }
  if (new Set(arns).size < arns.length) {
    throw refuse(
      `Routing configuration must contain distinct state machine version ARNs. Received: ${shown}`,
    );
  }
  const weights = routes.map(({ weight }) => weight);
  if (weights.reduce((sum, weight) => sum + weight, 0) !== 100) {
    throw refuse(`Sum of routing configuration weights must equal 100. Received: [${weights.join(", ")}]`);
  }
  const machineArns = [...new Set(arns.map((one) => unqualified(one).machineArn))];
  if (machineArns.length > 1) {
    throw refuse(`Routing configuration must contain versions of one state machine. Received: ${shown}`);
  }
  requireActive(machines.get(machineArns[0]!));
  const missing = arns.find((one) => !versions.version(one));
  if (missing === undefined) return machineArns[0]!;
  throw new AwsError("ResourceNotFound", "Request references a resource that does not exist.", 400, {
    resourceName: missing,
  });
}
