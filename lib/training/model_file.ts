/** Reads the model that the local algorithm has trained. */
import { gunzipSync, gzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import type { Aws } from "../aws/clients.ts";
import { getObject, parseS3Uri } from "../aws/s3.ts";

/** Larger models are not for a page. */
const MAX_BYTES = 24_000_000;

/** A model in ONNX format and the pictures that it takes. */
export interface OnnxModel {
  /** The ONNX file, gzipped, in base64. */
  model: string;
  channels: number;
  height: number;
  width: number;
}

/**
 * The ONNX model in a job's model.tar.gz; undefined if it has none, as AWS's algorithm writes MXNet files, or if it is larger
 * than 24 MB.
 * @param modelData `s3://bucket/key` of model.tar.gz
 */
export async function readModel({ s3 }: Pick<Aws, "s3">, modelData: string): Promise<OnnxModel | undefined> {
  const { bucket, key } = parseS3Uri(modelData);
  const files = await unpackTar(gunzipSync(await getObject(s3, bucket, key)));
  const find = (name: string) => files.find(({ header }) => header.name.split("/").at(-1) === name)?.data;
  const [model, shapes] = [find("model.onnx"), find("model-shapes.json")];
  if (!model || !shapes || model.length > MAX_BYTES) return undefined;
  const [{ shape: [, channels, height, width] }] = JSON.parse(new TextDecoder().decode(shapes));
  return { model: new Uint8Array(gzipSync(model, { level: 9 })).toBase64(), channels, height, width };
}
