/** CreateFunction, GetFunction, GetFunctionConfiguration, ListFunctions, DeleteFunction. */
import { unsupported } from "../errors.ts";
import { boolean, notSupported, required, string, structure } from "../legacy_shapes.ts";
import {
  conflict,
  functionArn,
  functionName,
  type FunctionReference,
  functionReference,
  invalidParameter,
  namespacedFunctionName,
  qualifier,
} from "./names.ts";
import { page, paging } from "./paging.ts";
import type { Parts } from "./parts.ts";
import { changing, configuration, listedConfiguration, type Version } from "./records.ts";
import { type Route, route } from "./rest.ts";
import { checkRuntime } from "./runtimes.ts";
import { architectures, checkedSettings, checkRole, roleArn, settings, tags } from "./settings.ts";
import { codeMembers, packageOf } from "./source.ts";
import { deleteVersion, publish } from "./versions.ts";

const createFunction = structure({
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
});

const oneFunction = structure({ FunctionName: required(namespacedFunctionName), Qualifier: qualifier });

const listFunctions = structure({
  ...paging,
  FunctionVersion: string({ values: ["ALL"] }),
  MasterRegion: string(),
});

export function functionRoutes(parts: Parts): Route[] {
  const { core, records, code, pools } = parts;
  /** With the ARN that the caller's qualifier makes, as AWS answers. */
  const shown = (version: Version, reference: FunctionReference) => ({
    ...configuration(version, core.region),
    FunctionArn: functionArn(core, reference),
  });
  return [
    route("POST /2015-03-31/functions", createFunction, async (input, { principal }) => {
      const { name, qualifier } = functionReference(core, input.FunctionName);
      const arn = functionArn(core, { name });
      core.siblings.iam.authorize(principal, "lambda:CreateFunction", arn);
      if (qualifier) {
        throw invalidParameter("CreateFunction takes a function's name without a version or an alias.");
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
      checkRole(core, principal, input.Role, name);
      const refuseExisting = () => {
        if (records.functions.has(name)) throw conflict(`Function already exist: ${name}`);
      };
      refuseExisting();
      return await code.use(packageOf(core, principal, input.Code), (stored) => {
        refuseExisting();
        const latest = changing({
          FunctionName: name,
          FunctionArn: arn,
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
          ...optional,
          ...stored,
        }, core.now());
        return core.store.transaction(() => {
          records.functions.put(name, { latest, lastPublished: 0, tags: input.Tags ?? {} });
          return configuration(input.Publish ? publish(parts, name) : latest, core.region);
        });
      });
    }, 201),

    route("GET /2015-03-31/functions/{FunctionName}", oneFunction, (input, { principal }) => {
      const reference = functionReference(core, input.FunctionName, input.Qualifier);
      core.siblings.iam.authorize(principal, "lambda:GetFunction", functionArn(core, reference));
      const { record, version } = records.resolve(reference);
      const hash = Uint8Array.fromBase64(version.CodeSha256).toHex();
      return {
        Configuration: shown(version, reference),
        Code: { RepositoryType: "S3", Location: `${core.endpoint()}/2015-03-31/code/${hash}` },
        ...(Object.keys(record.tags).length > 0 ? { Tags: record.tags } : {}),
        ...(record.reservedConcurrency === undefined
          ? {}
          : { Concurrency: { ReservedConcurrentExecutions: record.reservedConcurrency } }),
      };
    }),

    route("GET /2015-03-31/functions/{FunctionName}/configuration", oneFunction, (input, { principal }) => {
      const reference = functionReference(core, input.FunctionName, input.Qualifier);
      core.siblings.iam.authorize(
        principal,
        "lambda:GetFunctionConfiguration",
        functionArn(core, reference),
      );
      return shown(records.resolve(reference).version, reference);
    }),

    route("GET /2015-03-31/functions", listFunctions, (input, { principal }) => {
      core.siblings.iam.authorize(principal, "lambda:ListFunctions", "*");
      if (input.MasterRegion) throw unsupported("MasterRegion", "InvalidParameterValueException");
      const all = records.functions.list().flatMap(({ latest }) => [
        latest,
        ...(input.FunctionVersion ? records.versions.list(`${latest.FunctionName}:`) : []),
      ]);
      const { items, NextMarker } = page(all, listKey, input);
      return {
        Functions: items.map((version) => listedConfiguration(records.settle(version))),
        ...(NextMarker ? { NextMarker } : {}),
      };
    }),

    route("DELETE /2015-03-31/functions/{FunctionName}", oneFunction, (input, { principal }) => {
      const reference = functionReference(core, input.FunctionName, input.Qualifier);
      core.siblings.iam.authorize(principal, "lambda:DeleteFunction", functionArn(core, reference));
      const { name, qualifier } = reference;
      records.get(name, functionArn(core, reference));
      if (qualifier !== undefined) return deleteVersion(parts, name, qualifier);
      core.store.transaction(() => {
        records.functions.delete(name);
        records.deleteAllOf(name);
      });
      pools.retire(functionArn(core, { name }));
      parts.sweep();
    }, 204),

    {
      // Where GetFunction's Location points: on AWS a presigned address in a bucket of Lambda's.
      method: "GET",
      path: "/2015-03-31/code/{Hash}",
      async run(_call, members) {
        const hash = members["Hash"]!;
        const used = [...records.usedCode()].find((base64) => Uint8Array.fromBase64(base64).toHex() === hash);
        if (!used) throw invalidParameter("There is no such package: a function's code may have changed.");
        return new Response(await code.zip(used), { headers: { "content-type": "application/zip" } });
      },
    },
  ];
}

/** Sorts functions by name and each one's versions by number; NUL sorts before all that a name can hold. */
function listKey({ FunctionName, Version }: Version): string {
  return `${FunctionName}\0${Version.padStart(20, "0")}`;
}
