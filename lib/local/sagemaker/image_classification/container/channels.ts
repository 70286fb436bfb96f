import { join } from "node:path";
import { ClientError } from "../errors.ts";
import type { Picture, PictureShape } from "../networks/network.ts";
import type { LabelledPicture } from "../training/batches.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import { findList, type Listed, parseList } from "./list_file.ts";
import { info } from "./log_lines.ts";
import { decode, PictureError } from "./pictures.ts";

interface ChannelConfig {
  ContentType?: string;
  TrainingInputMode?: string;
  S3DistributionType?: string;
  RecordWrapperType?: string;
}

const CHANNELS = ["train", "validation", "train_lst", "validation_lst"];
/** Pictures decoded concurrently: sharp has its own threads. */
const AT_ONCE = 8;
const CONTENT_TYPES = ["application/x-image", "image/png", "image/jpeg"];

/**
 * Checks inputdataconfig.json: the four channels of image input in File mode. Throws a ClientError for a missing
 * channel and for other kinds of input, which only AWS's algorithm supports.
 */
export function checkChannels(config: Record<string, ChannelConfig>): void {
  for (const [name, channel] of Object.entries(config)) {
    if (name === "model") {
      throw new ClientError(
        "The channel 'model' (incremental training) is not supported by the local algorithm",
      );
    }
    const type = channel.ContentType;
    if (type !== undefined && !CONTENT_TYPES.includes(type.split(";")[0]!.trim())) {
      throw new ClientError(
        `The content type '${type}' of channel '${name}' is not supported by the local algorithm: ` +
          `use ${CONTENT_TYPES.join(", ")}`,
      );
    }
    if (channel.TrainingInputMode === "Pipe" || channel.RecordWrapperType === "RecordIO") {
      throw new ClientError(
        `Channel '${name}': Pipe mode and RecordIO are not supported by the local algorithm; use File mode`,
      );
    }
  }
  for (const name of CHANNELS) {
    if (!config[name]) {
      throw new ClientError(`Missing channel '${name}': image input needs ${CHANNELS.join(", ")}`);
    }
  }
}

/** The pictures of `train` or `validation` with their labels, in the order of the .lst file. */
export async function readChannel(
  root: string,
  channel: "train" | "validation",
  { num_classes, image_shape, resize }: Hyperparameters,
): Promise<LabelledPicture[]> {
  const data = join(root, "input", "data");
  info(`Searching for .lst files in /opt/ml/input/data/${channel}_lst.`);
  const file = await findList(join(data, `${channel}_lst`), `${channel}_lst`);
  info(`Creating record files for ${file}`);
  const text = await Deno.readTextFile(join(data, `${channel}_lst`, file));
  const pictures = await readPictures(
    join(data, channel),
    parseList(text, file, num_classes),
    image_shape,
    resize,
  );
  info("Done creating record files...");
  return pictures;
}

/**
 * Reads and decodes the listed pictures of a channel's folder. Throws a ClientError for one that is missing, cannot be
 * decoded, or is smaller than the shape after resizing to `shorterSide` (in pixels).
 */
export async function readPictures(
  folder: string,
  listed: Listed[],
  [channels, height, width]: PictureShape,
  shorterSide?: number,
): Promise<LabelledPicture[]> {
  const pictures = new Array<LabelledPicture>(listed.length);
  let next = 0;
  const reader = async () => {
    for (let i = next++; i < listed.length; i = next++) {
      const { label, path } = listed[i]!;
      const picture = await read(join(folder, path), path, channels, shorterSide);
      if (picture.height < height || picture.width < width) {
        throw new ClientError(
          `The image ${path} of ${picture.width}×${picture.height} pixels is smaller than ` +
            `image_shape ${channels},${height},${width}`,
        );
      }
      pictures[i] = { ...picture, label };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  return pictures;
}

async function read(file: string, path: string, channels: number, shorterSide?: number): Promise<Picture> {
  try {
    return await decode(await Deno.readFile(file), channels, shorterSide ? { shorterSide } : undefined);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new ClientError(`The listed image ${path} is missing`);
    if (error instanceof Deno.errors.IsADirectory) {
      throw new ClientError(`The listed image ${path} is a folder`);
    }
    if (error instanceof PictureError) {
      throw new ClientError(`The image ${path} cannot be read: ${error.message}`);
    }
    throw error;
  }
}
