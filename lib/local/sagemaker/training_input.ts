/** The checks of a job's image and channels, with the permissions of its role, before the job is accepted. */
import { AwsError } from "../errors.ts";
import type { Principal } from "../operation.ts";
import { listObjectsV2 } from "../s3/listing.ts";
import { onTrainingJob, type SageMakerContext } from "./context.ts";
import { invalid } from "./errors.ts";
import { checkPull } from "./images.ts";
import { parseS3Uri } from "./names.ts";
import { assume, trainingAssumer } from "./roles.ts";
import type { Channel, CreateTrainingJobInput } from "./training_shapes.ts";

/** @throws AwsError ValidationException */
export async function checkInputs(input: CreateTrainingJobInput, sagemaker: SageMakerContext): Promise<void> {
  const { RoleArn, InputDataConfig: channels = [], AlgorithmSpecification } = input;
  const principal = assume(sagemaker.core, RoleArn, trainingAssumer(onTrainingJob(input, sagemaker)));
  checkPull(sagemaker.core, principal, RoleArn, AlgorithmSpecification.TrainingImage!);
  const names = new Set<string>();
  for (const channel of channels) {
    const { ChannelName } = channel;
    if (names.has(ChannelName)) throw invalid(`Duplicate channel name '${ChannelName}' in inputDataConfig.`);
    names.add(ChannelName);
    const uri = s3UriOf(channel, AlgorithmSpecification.TrainingInputMode);
    if (await hasObjects(uri, principal, sagemaker)) continue;
    throw invalid(
      `No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure ` +
        `that the bucket exists in the selected region (${sagemaker.core.region}), that objects exist under that S3 ` +
        `prefix, and that the role "${RoleArn}" has "s3:ListBucket" permissions on bucket "${
          parseS3Uri(uri).bucket
        }".`,
    );
  }
}

/** The channel's S3 URI. @throws AwsError for input modes other than files below a prefix */
function s3UriOf(
  { ChannelName, DataSource: { S3DataSource }, CompressionType, InputMode }: Channel,
  defaultMode: string,
): string {
  const mode = InputMode ?? defaultMode;
  if (CompressionType === "Gzip" && mode !== "Pipe") {
    throw invalid("Compression type must be None for File and FastFile input mode.");
  }
  if (mode === "File" && S3DataSource?.S3DataType === "S3Prefix") return S3DataSource.S3Uri;
  throw invalid(
    `The local AWS supports input mode File with S3DataType S3Prefix only (channel '${ChannelName}').`,
  );
}

async function hasObjects(uri: string, principal: Principal, { core }: SageMakerContext): Promise<boolean> {
  const { bucket: Bucket, key: Prefix } = parseS3Uri(uri);
  try {
    const { KeyCount } = await core.call(listObjectsV2, { Bucket, Prefix, MaxKeys: 1 }, { principal });
    return KeyCount > 0;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}
