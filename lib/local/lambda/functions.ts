/** Functions: create, get, list, delete. */
import { unsupported } from "../errors.ts";
import { OPEN } from "../operation.ts";
import { boolean, notSupported, query, required, string, structure } from "../shapes.ts";
import { configuration, listedConfiguration } from "./configuration.ts";
import { type LambdaContext, onFunction, onQualified, operation, paged, paging } from "./context.ts";
import { conflict, invalidParameter } from "./errors.ts";
import { checkAssumable } from "./execution_role.ts";
import { codeMembers, packageOf } from "./function_code.ts";
import { changing } from "./function_version.ts";
import { functionArn, functionName, functionReference, namespacedFunctionName, qualifier } from "./names.ts";
import { PACKAGE_BYTES } from "./protocol.ts";
import { checkRuntime } from "./runtimes.ts";
import { architectures, checkedSettings, roleArn, settings, tags } from "./settings.ts";
import { deletePublished, orderOf, publish, unpublished } from "./versions.ts";

const oneFunction = structure({
  FunctionName: required(namespacedFunctionName),
  Qualifier: query("Qualifier", qualifier),
});

export const createFunction = operation({
  action: "lambda:CreateFunction",
  tagging: "lambda:TagResource",
  input: structure({
    FunctionName: required(functionName),
    Role: required(roleArn),
    Code: required(structure(codeMembers)),
    ...settings,
    Publish: boolean(),
    PublishTo: notSupported(),
    PackageType: string({ values: ["Zip", "Image"] }),
    Tags: tags,
    Architectures: architectures,
    CodeSigningConfigArn: string(),
  }),
  resource: onFunction,
  passRole: ({ Role }) => Role,
  http: { at: "POST /2015-03-31/functions", status: 201, maxBytes: PACKAGE_BYTES },
  async run(input, lambda, { principal }) {
    const { core, records, code } = lambda;
    const { name, qualifier } = functionReference(core, input.FunctionName);
    if (qualifier) {
      throw invalidParameter("FunctionName must not have a version or an alias in CreateFunction.");
    }
    if (input.PackageType === "Image") {
      throw unsupported("PackageType=Image", "InvalidParameterValueException");
    }
    if (input.CodeSigningConfigArn) {
      throw unsupported("CodeSigningConfigArn", "InvalidParameterValueException");
    }
    const { Runtime, Handler } = input;
    if (!Runtime || !Handler) {
      throw invalidParameter(
        "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
      );
    }
    checkRuntime(Runtime, "create", core.now());
    const optional = checkedSettings(input);
    checkAssumable(core, input.Role, name);
    const refuseExisting = () => {
      if (records.functions.has(name)) throw conflict(`Function already exist: ${name}`);
    };
    refuseExisting();
    return await code.use(await packageOf(core, principal, input.Code), (stored) => {
      refuseExisting();
      const latest = changing({
        FunctionName: name,
        FunctionArn: functionArn(core, { name }),
        Version: "$LATEST",
        Runtime,
        Role: input.Role,
        Handler,
        Description: input.Description ?? "",
        Timeout: input.Timeout ?? 3,
        MemorySize: input.MemorySize ?? 128,
        Architectures: input.Architectures ?? ["x86_64"],
        EphemeralStorage: { Size: 512 },
        LoggingConfig: {
          LogFormat: "Text",
          LogGroup: input.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
        },
        Grantee: core.iam.roleId(input.Role),
        ...optional,
        ...stored,
      }, core);
      return core.store.transaction(() => {
        records.functions.put(name, { latest, lastPublished: 0, tags: input.Tags ?? {} });
        // A version that is published with its function is answered under the function's ARN.
        const shown = input.Publish ? { ...publish(lambda, name), FunctionArn: latest.FunctionArn } : latest;
        return configuration(shown, core.region);
      });
    });
  },
});

export const getFunction = operation({
  action: "lambda:GetFunction",
  input: oneFunction,
  resource: onQualified,
  http: { at: "GET /2015-03-31/functions/{FunctionName}" },
  run(input, lambda) {
    const { record, shown } = find(lambda, input);
    const { tags, reservedConcurrency } = record;
    const hash = Uint8Array.fromBase64(shown.CodeSha256).toHex();
    return {
      Configuration: shown,
      Code: { RepositoryType: "S3", Location: `${lambda.core.endpoint()}/2015-03-31/code/${hash}` },
      Tags: Object.keys(tags).length > 0 ? tags : undefined,
      Concurrency: reservedConcurrency === undefined
        ? undefined
        : { ReservedConcurrentExecutions: reservedConcurrency },
    };
  },
});

export const getFunctionConfiguration = operation({
  action: "lambda:GetFunctionConfiguration",
  input: oneFunction,
  resource: onQualified,
  http: { at: "GET /2015-03-31/functions/{FunctionName}/configuration" },
  run: (input, lambda) => find(lambda, input).shown,
});

/** Not an AWS operation: the download at the `Location` that GetFunction returns. */
export const functionCodeLocation = operation({
  action: OPEN, // on AWS a presigned URL to Lambda's own bucket: knowing the URL is enough
  link: true,
  input: structure({ Hash: required(string()) }),
  http: { at: "GET /2015-03-31/code/{Hash}", payload: "Zip", contentType: "application/zip" },
  async run({ Hash }, { records, code }) {
    const used = [...records.usedCode()].find((base64) => Uint8Array.fromBase64(base64).toHex() === Hash);
    if (!used) {
      throw invalidParameter("The package does not exist. The function's code may have changed since.");
    }
    return { Zip: await code.zip(used) };
  },
});

export const listFunctions = operation({
  action: "lambda:ListFunctions",
  input: structure({
    ...paging,
    FunctionVersion: query("FunctionVersion", string({ values: ["ALL"] })),
    MasterRegion: query("MasterRegion", string()),
  }),
  http: { at: "GET /2015-03-31/functions" },
  run(input, { core, records }) {
    if (input.MasterRegion) throw unsupported("MasterRegion", "InvalidParameterValueException");
    const all = records.functions.list().map(({ latest }) => records.settle(latest)).flatMap((latest) =>
      input.FunctionVersion
        ? [unpublished(core, latest), ...records.versionsOf(latest.FunctionName)]
        : [latest]
    );
    const { items, NextMarker } = paged(all, (version) => [version.FunctionName, orderOf(version)], input);
    return { Functions: items.map(listedConfiguration), NextMarker };
  },
});

export const deleteFunction = operation({
  action: "lambda:DeleteFunction",
  input: oneFunction,
  resource: onQualified,
  http: { at: "DELETE /2015-03-31/functions/{FunctionName}", status: 204 },
  run(input, lambda) {
    const { core, records, pools } = lambda;
    const reference = functionReference(core, input.FunctionName, input.Qualifier);
    const { name, qualifier } = reference;
    records.get(name, functionArn(core, reference));
    if (qualifier !== undefined) return deletePublished(lambda, name, qualifier);
    records.delete(name);
    pools.retire(functionArn(core, { name }));
    lambda.sweep();
  },
});

/** The function's record, and the configuration of a version; its ARN is the one that the caller gave, as on AWS. */
function find(
  { core, records }: LambdaContext,
  { FunctionName, Qualifier }: { FunctionName: string; Qualifier?: string },
) {
  const reference = functionReference(core, FunctionName, Qualifier);
  const { record, version } = records.resolve(reference);
  const FunctionArn = functionArn(core, reference);
  return { record, shown: { ...configuration(version, core.region), FunctionArn } };
}
