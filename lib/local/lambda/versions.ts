/** Published versions: publish, list, delete. */
import type { Core } from "../core.ts";
import { notSupported, required, string, structure } from "../shapes.ts";
import { configuration, listedConfiguration } from "./configuration.ts";
import { type LambdaContext, onFunction, operation, paged, paging } from "./context.ts";
import { conflict, invalidParameter } from "./errors.ts";
import { checkRevision, refuseWhileChanging, settledRevision, type Version } from "./function_version.ts";
import { functionArn, functionName, functionReference, namespacedFunctionName } from "./names.ts";
import { versionKey } from "./records.ts";
import { description } from "./settings.ts";

export const publishVersion = operation({
  action: "lambda:PublishVersion",
  input: structure({
    FunctionName: required(functionName),
    CodeSha256: string(),
    Description: description,
    RevisionId: string(),
    PublishTo: notSupported(),
  }),
  resource: onFunction,
  http: { at: "POST /2015-03-31/functions/{FunctionName}/versions", status: 201 },
  run(input, lambda) {
    const { core, records } = lambda;
    const { name } = functionReference(core, input.FunctionName);
    const { latest } = records.get(name);
    refuseWhileChanging(latest);
    checkRevision(input.RevisionId, latest.RevisionId);
    if (input.CodeSha256 && input.CodeSha256 !== latest.CodeSha256) {
      throw invalidParameter(
        `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST ` +
          `(${latest.CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
      );
    }
    return configuration(publish(lambda, name, input.Description), core.region);
  },
});

export const listVersionsByFunction = operation({
  action: "lambda:ListVersionsByFunction",
  input: structure({ FunctionName: required(namespacedFunctionName), ...paging }),
  resource: onFunction,
  http: { at: "GET /2015-03-31/functions/{FunctionName}/versions" },
  run(input, { core, records }) {
    const { name } = functionReference(core, input.FunctionName);
    const all = [unpublished(core, records.get(name).latest), ...records.versionsOf(name)];
    const { items, NextMarker } = paged(all, (version) => [orderOf(version)], input);
    return { Versions: items.map(listedConfiguration), NextMarker };
  },
});

/** `$LATEST` as lists of versions show it: its ARN names it. */
export function unpublished(core: Core, latest: Version): Version {
  return { ...latest, FunctionArn: functionArn(core, { name: latest.FunctionName, qualifier: "$LATEST" }) };
}

/** The sort key of versions: `$LATEST` first, then by number. */
export function orderOf({ Version }: Version): number {
  return Version === "$LATEST" ? 0 : Number(Version);
}

/**
 * Publishes `$LATEST` as the next version. As on AWS, returns the last version if neither code nor configuration were
 * updated since: an update counts even if it changes nothing.
 */
export function publish({ core, records }: LambdaContext, name: string, Description?: string): Version {
  const record = records.get(name);
  const { Change, ...latest } = record.latest;
  const last = records.versions.get(versionKey(name, String(record.lastPublished)));
  const revision = settledRevision(record.latest);
  if (last && record.publishedRevision === revision) return last;
  const number = record.lastPublished + 1;
  const version: Version = {
    ...latest,
    Version: String(number),
    FunctionArn: functionArn(core, { name, qualifier: String(number) }),
    Description: Description ?? latest.Description,
    RevisionId: crypto.randomUUID(),
    // With `Publish` in a create or update, the version becomes active when that is done.
    ...Change ? { Change: { kind: "create", due: Change.due, RevisionId: crypto.randomUUID() } } : {},
  };
  core.store.transaction(() => {
    records.versions.put(versionKey(name, version.Version), version);
    records.functions.put(name, { ...record, lastPublished: number, publishedRevision: revision });
  });
  return version;
}

/** DeleteFunction with a qualifier. @throws AwsError when it is not a version, or an alias points to it */
export function deletePublished(lambda: LambdaContext, name: string, qualifier: string): void {
  const { core, records, pools } = lambda;
  if (qualifier === "$LATEST") {
    throw invalidParameter("$LATEST version cannot be deleted without deleting the function.");
  }
  const aliases = records.aliasesOf(name);
  if (aliases.some((alias) => alias.Name === qualifier)) {
    throw invalidParameter(`'${qualifier}' is an alias. Use DeleteAlias to delete it.`);
  }
  const users = aliases.filter((alias) =>
    alias.FunctionVersion === qualifier ||
    Object.hasOwn(alias.RoutingConfig?.AdditionalVersionWeights ?? {}, qualifier)
  );
  if (users.length > 0) {
    throw conflict(
      "Unable to delete version because the following aliases reference it: " +
        `[${users.map((alias) => alias.Name).join(", ")}]`,
    );
  }
  records.versions.delete(versionKey(name, qualifier));
  pools.retire(functionArn(core, { name, qualifier }));
  lambda.sweep();
}
