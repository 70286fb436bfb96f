/** CreateModel, DescribeModel, ListModels, DeleteModel. */
import { AwsError } from "../errors.ts";
import type { Core } from "../core.ts";
import { headObject } from "../s3/read_objects.ts";
import { required, string, structure } from "../shapes.ts";
import { existingModel, onModel, operation, type SageMakerContext } from "./context.ts";
import { alreadyExists, invalid } from "./errors.ts";
import { createModelInput } from "./hosting_shapes.ts";
import { checkImage } from "./images.ts";
import { LIST_MEMBERS, listed } from "./listing.ts";
import { entityName, parseS3Uri, seconds } from "./names.ts";
import { assume, hostingAssumer } from "./roles.ts";
import { tag } from "./tags.ts";

const named = structure({ ModelName: required(entityName) });

export const createModel = operation({
  action: "sagemaker:CreateModel",
  tagging: "sagemaker:AddTags",
  input: createModelInput,
  resource: onModel,
  passRole: ({ ExecutionRoleArn }) => ExecutionRoleArn,
  async run(input, sagemaker) {
    const { core, models } = sagemaker;
    const { ModelName, PrimaryContainer, ExecutionRoleArn, Tags, VpcConfig } = input;
    const { EnableNetworkIsolation = false } = input;
    if (!PrimaryContainer) throw invalid("PrimaryContainer must be specified.");
    if (!ExecutionRoleArn) throw invalid("ExecutionRoleArn must be specified.");
    const { ModelDataUrl, Image, Mode } = PrimaryContainer;
    if (Mode === "MultiModel") {
      throw invalid("The local AWS does not support the container mode MultiModel.");
    }
    checkImage(core, Image);
    checkNew(input, sagemaker);
    if (!ModelDataUrl) {
      throw invalid("ModelDataUrl must be specified for the image-classification algorithm.");
    }
    await checkModelData(core, ModelDataUrl, ExecutionRoleArn);
    checkNew(input, sagemaker); // S3 was asked meanwhile
    const ModelArn = onModel(input, sagemaker);
    core.store.transaction(() => {
      models.put(ModelName, {
        ModelName,
        ModelArn,
        PrimaryContainer: { Mode: "SingleModel", ...PrimaryContainer, ModelDataUrl },
        ExecutionRoleArn,
        VpcConfig,
        EnableNetworkIsolation,
        CreationTime: seconds(core),
      });
      tag(sagemaker, ModelArn, Tags);
    });
    return { ModelArn };
  },
});

export const describeModel = operation({
  action: "sagemaker:DescribeModel",
  input: named,
  resource: onModel,
  run: ({ ModelName }, sagemaker) => existingModel(sagemaker, ModelName),
});

export const listModels = operation({
  action: "sagemaker:ListModels",
  input: structure({ ...LIST_MEMBERS, SortBy: string({ values: ["Name", "CreationTime"] as const }) }),
  run(input, { models }) {
    const { items: Models, NextToken } = listed(models.list(), input, {
      name: "ModelName",
      summary: ["ModelName", "ModelArn", "CreationTime"],
    });
    return { Models, NextToken };
  },
});

export const deleteModel = operation({
  action: "sagemaker:DeleteModel",
  input: named,
  resource: onModel,
  run({ ModelName }, sagemaker) {
    const { ModelArn } = existingModel(sagemaker, ModelName);
    sagemaker.core.store.transaction(() => {
      sagemaker.models.delete(ModelName);
      sagemaker.tags.delete(ModelArn);
    });
  },
});

function checkNew(input: { ModelName: string }, sagemaker: SageMakerContext): void {
  if (sagemaker.models.has(input.ModelName)) throw alreadyExists("model", onModel(input, sagemaker));
}

async function checkModelData(core: Core, url: string, role: string): Promise<void> {
  const principal = assume(core, role, hostingAssumer(core));
  const { bucket: Bucket, key: Key } = parseS3Uri(url);
  try {
    await core.call(headObject, { Bucket, Key }, { principal });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalid(
      `Could not access model data at ${url}. Please ensure that the role "${role}" exists and that its trust ` +
        `relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". ` +
        `Also ensure that the role has "s3:GetObject" permissions and that the object is located in ${core.region}.`,
    );
  }
}
