/** Endpoints, configurations and models: what they are made of, and whose they are. */
import {
  AddTagsCommand,
  DescribeEndpointCommand,
  type DescribeEndpointCommandOutput,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  paginateListTags,
} from "@aws-sdk/client-sagemaker";
import type { Aws } from "../aws/clients.ts";
import {
  byKey,
  checkOurs,
  isOfEarlierVersion,
  NotOursError,
  ownTagList,
  type Tags,
} from "../aws/ownership.ts";

/** An endpoint; undefined if there is none of that name. */
export async function describeEndpoint(
  { sagemaker }: Pick<Aws, "sagemaker">,
  EndpointName: string,
): Promise<DescribeEndpointCommandOutput | undefined> {
  return await unlessMissing(sagemaker.send(new DescribeEndpointCommand({ EndpointName })));
}

/** SageMaker's answer; undefined if what was asked for does not exist. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && /Could not find/.test(error.message)) return undefined;
    throw error;
  }
}

/** The configuration and models of an endpoint; undefined if one of them no longer exists. */
export async function servedBy(
  { sagemaker }: Pick<Aws, "sagemaker">,
  { EndpointConfigName }: Pick<DescribeEndpointCommandOutput, "EndpointConfigName">,
) {
  return await unlessMissing((async () => {
    const config = await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
    const names = config.ProductionVariants!.map((variant) => variant.ModelName!);
    const models = await Promise.all(
      names.map((ModelName) => sagemaker.send(new DescribeModelCommand({ ModelName }))),
    );
    return { config, models };
  })());
}

export type Served = NonNullable<Awaited<ReturnType<typeof servedBy>>>;

/** The tags of a SageMaker resource. */
export async function sagemakerTags(
  { sagemaker }: Pick<Aws, "sagemaker">,
  ResourceArn: string,
): Promise<Tags> {
  const tags: Record<string, string | undefined> = {};
  for await (const page of paginateListTags({ client: sagemaker }, { ResourceArn })) {
    Object.assign(tags, byKey(page.Tags));
  }
  return tags;
}

/**
 * Checks that an endpoint may be changed or removed. One of an earlier version may.
 * @param options.adopt tags one of an earlier version as ours
 * @throws NotOursError that says whose it is
 */
export async function checkEndpoint(
  aws: Aws,
  { EndpointName, EndpointArn }: DescribeEndpointCommandOutput,
  served: Served | undefined,
  { adopt = false } = {},
): Promise<void> {
  const tags = await sagemakerTags(aws, EndpointArn!);
  if (!isOfEarlierVersion(aws, tags, served?.models[0]?.ExecutionRoleArn)) {
    return checkOurs(aws, `The endpoint ${EndpointName}`, tags);
  }
  if (adopt) {
    await aws.sagemaker.send(new AddTagsCommand({ ResourceArn: EndpointArn, Tags: ownTagList(aws) }));
  }
}

/** This deployment's endpoint; undefined if there is none, or if it belongs to somebody else. */
export async function ownEndpoint(aws: Aws): Promise<DescribeEndpointCommandOutput | undefined> {
  const endpoint = await describeEndpoint(aws, aws.names.endpoint);
  if (!endpoint) return undefined;
  try {
    await checkEndpoint(aws, endpoint, await servedBy(aws, endpoint));
    return endpoint;
  } catch (error) {
    if (error instanceof NotOursError) return undefined;
    throw error;
  }
}
