/** The names of the project's resources on the target, by which each notebook finds what the ones before it created. */

export const ENDPOINT_NAME = "scones-unlimited";
export const TRAINING_JOB_BASE_NAME = "scones-image-classification";
export const STATE_MACHINE_NAME = "scones-unlimited";

export const FUNCTION_NAMES = {
  serializeImageData: "scones-serialize-image-data",
  classifyImage: "scones-classify-image",
  filterLowConfidence: "scones-filter-low-confidence",
} as const;

export const ROLE_NAMES = {
  sagemaker: "scones-sagemaker-role",
  lambda: "scones-lambda-role",
  states: "scones-states-role",
} as const;

/** The error by which the third function ends an execution whose classification is not confident enough. */
export const THRESHOLD_ERROR = "THRESHOLD_CONFIDENCE_NOT_MET";

/** Keys and prefixes in the bucket. The prefix of a folder ends in a slash, since S3 compares prefixes as plain strings. */
export const S3_LAYOUT = {
  train: "train/",
  test: "test/",
  trainList: "train.lst",
  testList: "test.lst",
  models: "models/image_model",
  dataCapture: "data_capture",
} as const;

/** A time in the form `2026-01-31-12-05-09-123`, which is valid in the names of AWS resources. */
export function timestamp(date = new Date()): string {
  return date.toISOString().replaceAll(/[T:.]/g, "-").replace("Z", "");
}
