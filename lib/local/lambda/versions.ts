/** PublishVersion, ListVersionsByFunction, and the deletion of a version. */
import { isDeepStrictEqual } from "node:util";
import { notSupported, required, string, structure } from "../legacy_shapes.ts";
import {
  conflict,
  functionArn,
  functionName,
  functionReference,
  invalidParameter,
  namespacedFunctionName,
} from "./names.ts";
import { page, paging } from "./paging.ts";
import type { Parts } from "./parts.ts";
import {
  checkRevision,
  configuration,
  listedConfiguration,
  refuseWhileChanging,
  type Version,
  versionKey,
} from "./records.ts";
import { type Route, route } from "./rest.ts";
import { description } from "./settings.ts";

const publishVersion = structure({
  FunctionName: required(functionName),
  CodeSha256: string(),
  Description: description,
  RevisionId: string(),
  PublishTo: notSupported(),
});

const listVersions = structure({ FunctionName: required(namespacedFunctionName), ...paging });

export function versionRoutes(parts: Parts): Route[] {
  const { core, records } = parts;
  return [
    route(
      "POST /2015-03-31/functions/{FunctionName}/versions",
      publishVersion,
      (input, { principal }) => {
        const { name } = functionReference(core, input.FunctionName);
        core.siblings.iam.authorize(principal, "lambda:PublishVersion", functionArn(core, { name }));
        const { latest } = records.get(name);
        refuseWhileChanging(latest);
        checkRevision(input.RevisionId, latest.RevisionId);
        if (input.CodeSha256 && input.CodeSha256 !== latest.CodeSha256) {
          throw invalidParameter(
            `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST ` +
              `(${latest.CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
          );
        }
        return configuration(publish(parts, name, input.Description), core.region);
      },
      201,
    ),

    route("GET /2015-03-31/functions/{FunctionName}/versions", listVersions, (input, { principal }) => {
      const { name } = functionReference(core, input.FunctionName);
      core.siblings.iam.authorize(principal, "lambda:ListVersionsByFunction", functionArn(core, { name }));
      const latest = {
        ...records.get(name).latest,
        FunctionArn: functionArn(core, { name, qualifier: "$LATEST" }),
      };
      const all = [latest, ...records.versions.list(`${name}:`)];
      const { items, NextMarker } = page(all, ({ Version }) => versionKey(name, Version), input);
      return { Versions: items.map(listedConfiguration), ...(NextMarker ? { NextMarker } : {}) };
    }),
  ];
}

/**
 * Freezes `$LATEST` as the next version. When neither code nor configuration changed since the last one, that is
 * the answer and nothing is made, as on AWS.
 */
export function publish({ core, records }: Parts, name: string, Description?: string): Version {
  const record = records.get(name);
  const { Change, ...latest } = record.latest;
  const last = records.versions.get(versionKey(name, String(record.lastPublished)));
  if (last && isDeepStrictEqual(contentOf(last), contentOf(latest))) return last;
  const number = record.lastPublished + 1;
  const version: Version = {
    ...latest,
    Version: String(number),
    FunctionArn: functionArn(core, { name, qualifier: String(number) }),
    Description: Description ?? latest.Description,
    RevisionId: crypto.randomUUID(),
    // Published by the request that creates or updates the function: usable when that is through.
    ...(Change ? { Change: { kind: "create", due: Change.due, RevisionId: crypto.randomUUID() } } : {}),
  };
  core.store.transaction(() => {
    records.versions.put(versionKey(name, version.Version), version);
    records.functions.put(name, { ...record, lastPublished: number });
  });
  return version;
}

/** What makes a version differ from another. */
function contentOf(version: Version): Partial<Version> {
  const { Version: _version, FunctionArn: _arn, RevisionId: _revision, ...content } = version;
  const { Description: _description, LastModified: _modified, Change: _change, ...compared } = content;
  return compared;
}

/** DeleteFunction with a qualifier. */
export function deleteVersion(parts: Parts, name: string, qualifier: string): void {
  const { core, records, pools } = parts;
  if (qualifier === "$LATEST") {
    throw invalidParameter("$LATEST version cannot be deleted without deleting the function.");
  }
  const aliases = records.aliases.list(`${name}:`);
  if (aliases.some((alias) => alias.Name === qualifier)) {
    throw invalidParameter("DeleteFunction takes a version, not an alias: use DeleteAlias.");
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
  parts.sweep();
}
