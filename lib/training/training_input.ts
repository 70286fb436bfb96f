/** The data that a training job reads. */
import type { Channel } from "@aws-sdk/client-sagemaker";

/** One channel of a training job: all keys that begin with a prefix. */
export interface TrainingInput {
  /** `s3://bucket/prefix`; for a folder it ends in `/`, since `train` would match `train.lst` too. */
  s3Uri: string;
  contentType?: string;
}

/** The four channels of the image format: the pictures, and the lists with their labels. */
export function imageChannels(
  base: string,
  contentType = "application/x-image",
): Record<"train" | "validation" | "train_lst" | "validation_lst", TrainingInput> {
  return {
    train: { s3Uri: `${base}/train/`, contentType },
    validation: { s3Uri: `${base}/test/`, contentType },
    train_lst: { s3Uri: `${base}/train.lst`, contentType },
    validation_lst: { s3Uri: `${base}/test.lst`, contentType },
  };
}

/** The hyperparameter `image_shape` for pictures of this size: channels, height, width. */
export function imageShape({ width = 32, height = 32 }: { width?: number; height?: number }): string {
  return `3,${height},${width}`;
}

/** The channels as CreateTrainingJob takes them. */
export function toChannels(inputs: Readonly<Record<string, TrainingInput>>): Channel[] {
  return Object.entries(inputs).map(([ChannelName, { s3Uri, contentType }]) => ({
    ChannelName,
    DataSource: {
      S3DataSource: { S3DataType: "S3Prefix", S3Uri: s3Uri, S3DataDistributionType: "FullyReplicated" },
    },
    ContentType: contentType,
    CompressionType: "None",
  }));
}
