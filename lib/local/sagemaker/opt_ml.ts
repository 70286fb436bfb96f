/** A training container's /opt/ml: filled from S3 before training, its model uploaded to S3 afterwards. */
import { join } from "node:path";
import { AwsError } from "../errors.ts";
import type { Principal } from "../operation.ts";
import type { Core } from "../core.ts";
import { writeVariables } from "./image_classification/container/environment.ts";
import { allObjects } from "../s3/listing.ts";
import { putObject } from "../s3/objects.ts";
import { getObject } from "../s3/read_objects.ts";
import { packModel } from "./model_archive.ts";
import { parseS3Uri } from "./names.ts";
import type { TrainingJob } from "./records.ts";
import type { Channel } from "./training_shapes.ts";

/** The job fails with this message as its FailureReason. */
export class TrainingFailure extends Error {}

/** Writes the job's configuration, and downloads its channels. @throws TrainingFailure */
export async function fill(
  folder: string,
  job: TrainingJob,
  core: Core,
  principal: Principal,
): Promise<void> {
  const config = join(folder, "input", "config");
  for (const path of [config, join(folder, "model"), join(folder, "output")]) {
    await Deno.mkdir(path, { recursive: true });
  }
  await writeVariables(folder, { TRAINING_JOB_NAME: job.TrainingJobName, ...job.Environment });
  const channels = job.InputDataConfig ?? [];
  const write = (name: string, value: unknown) =>
    Deno.writeTextFile(join(config, name), JSON.stringify(value));
  await write("hyperparameters.json", job.HyperParameters ?? {});
  await write("resourceconfig.json", {
    current_host: "algo-1",
    hosts: Array.from({ length: job.ResourceConfig.InstanceCount }, (_, i) => `algo-${i + 1}`),
    network_interface_name: "eth0",
  });
  const described = channels.map((channel) => [channel.ChannelName, {
    TrainingInputMode: channel.InputMode ?? job.AlgorithmSpecification.TrainingInputMode,
    S3DistributionType: channel.DataSource.S3DataSource?.S3DataDistributionType ?? "FullyReplicated",
    RecordWrapperType: channel.RecordWrapperType ?? "None",
    ...(channel.ContentType ? { ContentType: channel.ContentType } : {}),
  }]);
  await write("inputdataconfig.json", Object.fromEntries(described));
  for (const channel of channels) {
    await download(channel, join(folder, "input", "data", channel.ChannelName), core, principal);
  }
}

/** Uploads the trained model, if there is one, to the job's S3ModelArtifacts. @throws TrainingFailure */
export async function uploadModel(
  folder: string,
  job: TrainingJob,
  core: Core,
  principal: Principal,
): Promise<void> {
  const archive = await packModel(join(folder, "model"));
  if (!archive) return; // stopped before there was a model
  const { bucket, key } = parseS3Uri(job.ModelArtifacts.S3ModelArtifacts);
  await moved(
    `Artifact upload failed:Unable to upload s3://${bucket}/${key}`,
    () =>
      core.call(
        putObject,
        { Bucket: bucket, Key: key, Body: archive, ContentType: "application/x-tar" },
        { principal },
      ),
  );
}

/** Downloads the objects below a channel's prefix: the rest of the key is the path below the folder. */
async function download(
  { DataSource }: Channel,
  folder: string,
  core: Core,
  principal: Principal,
): Promise<void> {
  const { bucket, key: prefix } = parseS3Uri(DataSource.S3DataSource!.S3Uri);
  const base = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  await Deno.mkdir(folder, { recursive: true });
  const objects = await moved(
    `Data download failed:Unable to list s3://${bucket}/${prefix}`,
    () => allObjects(core, bucket, prefix, principal),
  );
  for (const { Key } of objects) {
    const path = Key.slice(prefix.endsWith("/") ? prefix.length : base.length);
    if (path === "" || path.endsWith("/")) continue;
    const segments = path.split("/");
    if (segments.includes("..") || segments.includes(".") || path.includes("\0")) {
      throw new TrainingFailure(
        `ClientError: The key "${Key}" cannot be a path below the channel's folder.`,
      );
    }
    if (segments.length > 1) await Deno.mkdir(join(folder, ...segments.slice(0, -1)), { recursive: true });
    const { Body } = await moved(
      `Data download failed:Unable to download object s3://${bucket}/${Key}`,
      () => core.call(getObject, { Bucket: bucket, Key }, { principal }),
    );
    await Deno.writeFile(join(folder, ...segments), Body);
  }
}

/** Runs a transfer from or to S3. @throws TrainingFailure in SageMaker's wording when S3 refuses it */
async function moved<T>(failure: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new TrainingFailure(`ClientError: ${failure} (${error.code}: ${error.message})`);
  }
}
