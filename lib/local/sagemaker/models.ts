/** CreateModel, DescribeModel, ListModels, DeleteModel. */
import { AwsError } from "../errors.ts";
import { operation } from "../legacy_protocols.ts";
import type { Call, Core } from "../services.ts";
import * as shape from "../legacy_shapes.ts";
import { checkImage } from "./images.ts";
import { LIST_MEMBERS, page } from "./listing.ts";
import {
  alreadyExists,
  arnOf,
  couldNotFind,
  entityName,
  hostingAssumer,
  parseS3Uri,
  roleArn,
  s3Uri,
  seconds,
} from "./names.ts";
import { tagList, type Tags } from "./tags.ts";

const { boolean, map, notSupported, required, string, structure } = shape;

const createInput = structure({
  ModelName: required(entityName),
  PrimaryContainer: structure({
    ContainerHostname: string({ max: 63 }),
    Image: required(string({ max: 255 })),
    ImageConfig: notSupported(),
    Mode: string({ values: ["SingleModel", "MultiModel"] as const }),
    ModelDataUrl: s3Uri,
    ModelDataSource: notSupported(),
    AdditionalModelDataSources: notSupported(),
    Environment: map(string({ max: 1024 }), {
      max: 100,
      key: string({ max: 1024, pattern: /[a-zA-Z_][a-zA-Z0-9_]*/ }),
    }),
    ModelPackageName: notSupported(),
    InferenceSpecificationName: notSupported(),
    ContainerMetricsConfig: notSupported(),
    MultiModelConfig: notSupported(),
  }),
  Containers: notSupported(),
  InferenceExecutionConfig: notSupported(),
  ExecutionRoleArn: roleArn,
  Tags: tagList,
  VpcConfig: notSupported(),
  EnableNetworkIsolation: boolean(),
});

type CreateModelInput = shape.Infer<typeof createInput>;

/** A model as DescribeModel shows it. */
export interface Model {
  ModelName: string;
  ModelArn: string;
  PrimaryContainer: NonNullable<CreateModelInput["PrimaryContainer"]> & { ModelDataUrl: string };
  ExecutionRoleArn: string;
  EnableNetworkIsolation: boolean;
  CreationTime: number;
}

export function modelOperations(core: Core, tags: Tags) {
  const models = core.store.collection<Model>("models");

  function find(call: Call, action: string, name: string): Model {
    const arn = arnOf(core, "model", name);
    core.siblings.iam.authorize(call.principal, `sagemaker:${action}`, arn);
    const model = models.get(name);
    if (!model) throw couldNotFind("model", arn);
    return model;
  }

  const modelName = structure({ ModelName: required(entityName) });

  return {
    CreateModel: operation(createInput, (input, call) => {
      const { ModelName, PrimaryContainer, ExecutionRoleArn, Tags } = input;
      const arn = arnOf(core, "model", ModelName);
      const { iam } = core.siblings;
      iam.authorize(call.principal, "sagemaker:CreateModel", arn);
      if (!PrimaryContainer) throw new AwsError("ValidationException", "PrimaryContainer must be specified.");
      if (!ExecutionRoleArn) throw new AwsError("ValidationException", "ExecutionRoleArn must be specified.");
      const { ModelDataUrl, Image, Mode } = PrimaryContainer;
      if (Mode === "MultiModel") {
        throw new AwsError(
          "ValidationException",
          "The local AWS does not support the container mode MultiModel.",
        );
      }
      iam.authorizePassRole(call.principal, ExecutionRoleArn, "sagemaker.amazonaws.com");
      checkImage(core, Image);
      if (models.has(ModelName)) throw alreadyExists("model", arn);
      if (!ModelDataUrl) {
        throw new AwsError(
          "ValidationException",
          "ModelDataUrl must be specified for the image-classification algorithm.",
        );
      }
      checkModelData(core, ModelDataUrl, ExecutionRoleArn);
      core.store.transaction(() => {
        models.put(ModelName, {
          ModelName,
          ModelArn: arn,
          PrimaryContainer: { Mode: "SingleModel", ...PrimaryContainer, ModelDataUrl },
          ExecutionRoleArn,
          EnableNetworkIsolation: input.EnableNetworkIsolation ?? false,
          CreationTime: seconds(core),
        });
        tags.add(arn, Tags);
      });
      return { ModelArn: arn };
    }),

    DescribeModel: operation(modelName, ({ ModelName }, call) => find(call, "DescribeModel", ModelName)),

    ListModels: operation(
      structure({ ...LIST_MEMBERS, SortBy: string({ values: ["Name", "CreationTime"] as const }) }),
      (input, call) => {
        core.siblings.iam.authorize(call.principal, "sagemaker:ListModels", "*");
        const { items, NextToken } = page(
          models.list().map((model) => ({ ...model, name: model.ModelName })),
          input,
        );
        return {
          Models: items.map(({ ModelName, ModelArn, CreationTime }) => ({
            ModelName,
            ModelArn,
            CreationTime,
          })),
          NextToken,
        };
      },
    ),

    DeleteModel: operation(modelName, ({ ModelName }, call) => {
      const model = find(call, "DeleteModel", ModelName);
      core.store.transaction(() => {
        models.delete(ModelName);
        tags.remove(model.ModelArn);
      });
    }),
  };
}

function checkModelData(core: Core, url: string, role: string): void {
  const { iam, s3 } = core.siblings;
  const by = hostingAssumer(core);
  if (!iam.isAssumable(role, by)) {
    throw new AwsError(
      "ValidationException",
      `Could not assume role ${role}. Please ensure that the role exists and allows principal ` +
        `'sagemaker.amazonaws.com' to assume the role.`,
    );
  }
  const { bucket, key } = parseS3Uri(url);
  try {
    s3.getObject(iam.assumeRole(role, by, "SageMaker").principal, bucket, key);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(
      "ValidationException",
      `Could not access model data at ${url}. Please ensure that the role "${role}" exists and that its trust ` +
        `relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". ` +
        `Also ensure that the role has "s3:GetObject" permissions and that the object is located in ${core.region}.`,
    );
  }
}
