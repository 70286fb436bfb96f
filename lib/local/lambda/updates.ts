/** Updates of a function's code and configuration. */
import { isDeepStrictEqual } from "node:util";
import type { Core } from "../core.ts";
import { boolean, notSupported, required, string, structure } from "../shapes.ts";
import { configuration } from "./configuration.ts";
import { type LambdaContext, operation } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { checkAssumable } from "./execution_role.ts";
import { codeMembers, packageOf } from "./function_code.ts";
import { changing, checkRevision, refuseWhileChanging, type Version } from "./function_version.ts";
import { functionArn, functionName, functionReference } from "./names.ts";
import { PACKAGE_BYTES } from "./protocol.ts";
import { checkRuntime } from "./runtimes.ts";
import { architectures, checkedSettings, roleArn, settings } from "./settings.ts";
import { publish } from "./versions.ts";

export const updateFunctionCode = operation({
  action: "lambda:UpdateFunctionCode",
  input: structure({
    FunctionName: required(functionName),
    ...codeMembers,
    Architectures: architectures,
    Publish: boolean(),
    PublishTo: notSupported(),
    DryRun: boolean(),
    RevisionId: string(),
  }),
  resource: onLatest,
  http: { at: "PUT /2015-03-31/functions/{FunctionName}/code", maxBytes: PACKAGE_BYTES },
  async run(input, lambda, { principal }) {
    const { core, code } = lambda;
    const name = updatedName(core, input.FunctionName);
    changeable(lambda, name, input.RevisionId);
    return await code.use(await packageOf(core, principal, input), (stored) => {
      // Checked again: another update may have begun while the package was unpacked.
      const previous = changeable(lambda, name, input.RevisionId);
      const latest = changing(
        { ...previous, ...stored, Architectures: input.Architectures ?? previous.Architectures },
        core,
        previous,
      );
      if (input.DryRun) return configuration(latest, core.region);
      return core.store.transaction(() => {
        replace(lambda, name, latest);
        return configuration(input.Publish ? publish(lambda, name) : latest, core.region);
      });
    });
  },
});

export const updateFunctionConfiguration = operation({
  action: "lambda:UpdateFunctionConfiguration",
  input: structure({
    FunctionName: required(functionName),
    Role: roleArn,
    ...settings,
    RevisionId: string(),
  }),
  resource: onLatest,
  passRole: ({ Role }) => Role,
  http: { at: "PUT /2015-03-31/functions/{FunctionName}/configuration" },
  run(input, lambda) {
    const { core } = lambda;
    const name = updatedName(core, input.FunctionName);
    if (input.Runtime) checkRuntime(input.Runtime, "update", core.now());
    const latest = changeable(lambda, name, input.RevisionId, input.Runtime);
    const optional = checkedSettings(input);
    if (input.Role) checkAssumable(core, input.Role, name);
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
        Grantee: reencrypts(latest, input.Role, optional.Environment)
          ? core.iam.roleId(input.Role ?? latest.Role)
          : latest.Grantee,
      },
      core,
      latest,
    );
    replace(lambda, name, updated);
    return configuration(updated, core.region);
  },
});

/** Whether an update has KMS grant the role the use of the key anew: one with another role, or other variables. */
function reencrypts({ Role, Environment }: Version, role = Role, given = Environment): boolean {
  return role !== Role || !isDeepStrictEqual(given, Environment);
}

/** The name of the function to update. @throws AwsError for a version or an alias */
function updatedName(core: Core, given: string): string {
  const { name, qualifier } = functionReference(core, given);
  if (qualifier === undefined || qualifier === "$LATEST") return name;
  throw invalidParameter(`'${qualifier}' cannot be updated, only $LATEST can.`);
}

function onLatest({ FunctionName }: { FunctionName: string }, { core }: LambdaContext): string {
  return functionArn(core, { name: updatedName(core, FunctionName) });
}

/** The function's configuration. @throws AwsError when it cannot be updated now, or not with this runtime */
function changeable(
  { core, records }: LambdaContext,
  name: string,
  revision: string | undefined,
  runtime?: string,
): Version {
  const { latest } = records.get(name);
  refuseWhileChanging(latest);
  checkRevision(revision, latest.RevisionId);
  checkRuntime(runtime ?? latest.Runtime, "update", core.now());
  return latest;
}

function replace({ records, sweep }: LambdaContext, name: string, latest: Version): void {
  records.functions.put(name, { ...records.get(name), latest });
  sweep();
}
