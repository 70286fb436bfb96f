/** UpdateFunctionCode and UpdateFunctionConfiguration. */
import { boolean, notSupported, required, string, structure } from "../legacy_shapes.ts";
import { functionArn, functionName, functionReference, invalidParameter } from "./names.ts";
import type { Parts } from "./parts.ts";
import { changing, checkRevision, configuration, refuseWhileChanging, type Version } from "./records.ts";
import { type Route, route } from "./rest.ts";
import { checkRuntime } from "./runtimes.ts";
import { architectures, checkedSettings, checkRole, roleArn, settings } from "./settings.ts";
import { codeMembers, packageOf } from "./source.ts";
import { publish } from "./versions.ts";

const updateCode = structure({
  FunctionName: required(functionName),
  ...codeMembers,
  Architectures: architectures,
  Publish: boolean(),
  PublishTo: notSupported(),
  DryRun: boolean(),
  RevisionId: string(),
});

const updateConfiguration = structure({
  FunctionName: required(functionName),
  Role: roleArn,
  ...settings,
  RevisionId: string(),
});

export function updateRoutes(parts: Parts): Route[] {
  const { core, records, code } = parts;

  /** The function that an update is for; updates of versions and aliases do not exist. */
  const target = (given: string): string => {
    const { name, qualifier } = functionReference(core, given);
    if (qualifier !== undefined && qualifier !== "$LATEST") {
      throw invalidParameter(`An update changes $LATEST: '${qualifier}' cannot be updated.`);
    }
    return name;
  };

  /** The function's configuration, if it may be changed now. */
  const changeable = (name: string, revision: string | undefined): Version => {
    const { latest } = records.get(name);
    refuseWhileChanging(latest);
    checkRevision(revision, latest.RevisionId);
    checkRuntime(latest.Runtime, "update", core.now());
    return latest;
  };

  const put = (name: string, latest: Version): void => {
    records.functions.put(name, { ...records.get(name), latest });
    parts.sweep();
  };

  return [
    route(
      "PUT /2015-03-31/functions/{FunctionName}/code",
      updateCode,
      async (input, { principal }) => {
        const name = target(input.FunctionName);
        core.siblings.iam.authorize(principal, "lambda:UpdateFunctionCode", functionArn(core, { name }));
        changeable(name, input.RevisionId);
        return await code.use(packageOf(core, principal, input), (stored) => {
          // Looked at again: another update may have begun while the package was unpacked.
          const previous = changeable(name, input.RevisionId);
          const latest = changing(
            { ...previous, ...stored, Architectures: input.Architectures ?? previous.Architectures },
            core.now(),
            previous,
          );
          if (input.DryRun) return configuration(latest, core.region);
          return core.store.transaction(() => {
            put(name, latest);
            return configuration(input.Publish ? publish(parts, name) : latest, core.region);
          });
        });
      },
    ),

    route(
      "PUT /2015-03-31/functions/{FunctionName}/configuration",
      updateConfiguration,
      (input, { principal }) => {
        const name = target(input.FunctionName);
        core.siblings.iam.authorize(
          principal,
          "lambda:UpdateFunctionConfiguration",
          functionArn(core, { name }),
        );
        if (input.Runtime) checkRuntime(input.Runtime, "update", core.now());
        const { latest } = records.get(name);
        refuseWhileChanging(latest);
        checkRevision(input.RevisionId, latest.RevisionId);
        checkRuntime(input.Runtime ?? latest.Runtime, "update", core.now());
        const optional = checkedSettings(input);
        if (input.Role) checkRole(core, principal, input.Role, name);
        const updated = changing(
          {
            ...latest,
            Runtime: input.Runtime ?? latest.Runtime,
            Role: input.Role ?? latest.Role,
            Handler: input.Handler ?? latest.Handler,
            Description: input.Description ?? latest.Description,
            Timeout: input.Timeout ?? latest.Timeout,
            MemorySize: input.MemorySize ?? latest.MemorySize,
            LoggingConfig: {
              LogFormat: "Text",
              LogGroup: input.LoggingConfig?.LogGroup ?? latest.LoggingConfig.LogGroup,
            },
            ...optional,
          },
          core.now(),
          latest,
        );
        put(name, updated);
        return configuration(updated, core.region);
      },
    ),
  ];
}
