/** Data staging: uploads the selected pictures and their lists to S3, with a description for the later notebooks. */
import { basename, join } from "node:path";
import { DeleteObjectsCommand } from "@aws-sdk/client-s3";
import type { Aws } from "../aws/clients.ts";
import { ensureBucket } from "../aws/bucket.ts";
import { getObject, listObjects, type Upload, uploadChanged } from "../aws/s3.ts";
import { S3_LAYOUT } from "../names.ts";
import { type Selection, stageFiles } from "./mod.ts";

/** What was staged; stored in the bucket as `dataset.json`. */
export interface StagedDataset {
  /** URL or file name of the archive, or `synthetic pictures` if the project drew them. */
  source: string;
  synthetic: boolean;
  /** Label names; their order gives the class numbers. */
  classes: string[];
  train: number;
  test: number;
  /** Pictures per class and split. */
  counts: Record<string, { train: number; test: number }>;
  /** The size of the pictures in pixels; absent in what earlier versions staged, where it was 32. */
  width?: number;
  height?: number;
}

export interface StagingResult extends StagedDataset {
  /** Objects that were uploaded, that were there already with the same content, and that were deleted as stale. */
  sent: number;
  unchanged: number;
  removed: number;
}

const NOTE_KEY = "dataset.json";

export interface StagingOptions {
  /** Called with the number of files written, then of objects uploaded. */
  onProgress?(progress: { step: "write" | "upload"; done: number; total: number }): void;
  signal?: AbortSignal;
}

/**
 * Writes the pictures as PNG files below the state directory, and makes `train/`, `test/` and the lists in the bucket equal
 * to them. What is there with the same content is not uploaded again.
 */
export async function stageDataset(
  aws: Aws,
  selection: Selection,
  { onProgress, signal }: StagingOptions = {},
): Promise<StagingResult> {
  const { s3, bucket } = aws;
  const folder = join(aws.settings.stateDir, "staging");
  const files = await stageFiles(selection, folder, {
    onProgress: ({ done, total = 0 }) => onProgress?.({ step: "write", done, total }),
    signal,
  });
  const note: StagedDataset = {
    source: /^https?:/.test(selection.source) ? selection.source : basename(selection.source),
    synthetic: selection.synthetic,
    classes: files.classes,
    train: files.train,
    test: files.test,
    counts: files.counts,
    width: selection.width,
    height: selection.height,
  };
  await ensureBucket(aws, { signal });
  const { train, test, trainList, testList } = S3_LAYOUT;
  const file = (key: string, contentType: string): Upload => ({
    key,
    contentType,
    body: () => Deno.readFile(join(folder, key)),
    md5: files.md5.get(key),
  });
  const pictures = [
    ...selection.train.map(({ filename }) => file(train + filename, "image/png")),
    ...selection.test.map(({ filename }) => file(test + filename, "image/png")),
  ];
  // The description is uploaded last: where it is, everything that it describes is there.
  const lists = [trainList, testList].map((key) => file(key, "text/tab-separated-values"));
  const noted: Upload = {
    key: NOTE_KEY,
    contentType: "application/json",
    body: () => Promise.resolve(new TextEncoder().encode(JSON.stringify(note, null, 2))),
  };
  const existing = (await Promise.all(
    [train, test, trainList, testList, NOTE_KEY].map((key) => listObjects(s3, bucket, key)),
  ))
    .flat();
  const total = pictures.length + lists.length + 1;
  const result = { sent: 0, unchanged: 0 };
  let before = 0;
  for (const uploads of [pictures, lists, [noted]]) {
    const { sent, unchanged } = await uploadChanged(aws, uploads, {
      existing,
      onProgress: (done) => onProgress?.({ step: "upload", done: before + done, total }),
      signal,
    });
    before += uploads.length;
    result.sent += sent;
    result.unchanged += unchanged;
  }
  const wanted = new Set([...pictures, ...lists, noted].map(({ key }) => key));
  const stale = existing.filter(({ Key }) =>
    !wanted.has(Key) && (Key.startsWith(train) || Key.startsWith(test))
  );
  for (let i = 0; i < stale.length; i += 1000) {
    const Objects = stale.slice(i, i + 1000).map(({ Key }) => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
  }
  return { ...note, ...result, removed: stale.length };
}

/**
 * The description of what is staged in the bucket.
 * @throws Error that says to run the first notebook if nothing is
 */
export async function stagedDataset({ s3, bucket }: Pick<Aws, "s3" | "bucket">): Promise<StagedDataset> {
  try {
    return JSON.parse(new TextDecoder().decode(await getObject(s3, bucket, NOTE_KEY)));
  } catch (error) {
    const { name } = error as Error;
    if (name !== "NoSuchKey" && name !== "NoSuchBucket") throw error;
    throw new Error(`Nothing is staged in s3://${bucket} yet. Run notebook 1, data staging, first.`, {
      cause: error,
    });
  }
}
