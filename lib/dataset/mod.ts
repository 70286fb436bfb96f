/** Loads the data set: CIFAR-100 or CIFAR-10, one's own pictures, or pictures that the project draws itself. */
import { basename, join } from "node:path";
import { readCifar, SYNTHETIC_MARK } from "./cifar.ts";
import type { Dataset } from "./dataset.ts";
import { DownloadUnavailableError } from "./errors.ts";
import { filesOfFolder, filesOfZip } from "./files.ts";
import { FINE_LABELS } from "./labels.ts";
import { readOwnPictures } from "./own_pictures.ts";
import type { Progress } from "./progress.ts";
import { assertKnown } from "./select.ts";
import { CIFAR100_URL, fetchArchive, kindOf, PUBLISHED_MD5 } from "./source.ts";
import { DRAWING_VERSION, writeSyntheticArchive } from "./synthetic.ts";

export { batchFrame, type Picture, selectClasses, type Selection } from "./select.ts";
export { type StagedFiles, stageFiles } from "./stage_files.ts";
export { formatLst, type LstEntry, parseLst } from "./lst.ts";
export { encodePng } from "./png.ts";
export { DatasetError } from "./errors.ts";
export type { Progress } from "./progress.ts";
export type { Dataset } from "./dataset.ts";

export interface LoadDatasetOptions {
  /** The value of SCONES_DATASET_URL; without it the published archive is used. */
  url?: string;
  /** Folder for the download and the drawn pictures. */
  cacheDir: string;
  /** The value of SCONES_IMAGE_SIZE: side in pixels to which one's own pictures are brought. */
  imageSize?: number;
  /** Bytes while downloading, pictures while drawing and while reading one's own. */
  onProgress?: (progress: Progress & { step: "download" | "draw" | "read" }) => void;
  /** Called with a line that the user should see. */
  onNotice?: (line: string) => void;
  signal?: AbortSignal;
  /** The published archive; tests use their own. */
  published?: { url: string; md5: string };
}

/**
 * Checks the names of classes where they are known before the archive is there: those of CIFAR-100.
 * @param classes absent: the data set chooses, and there is nothing to check
 * @param url the value of SCONES_DATASET_URL
 * @throws DatasetError for an unknown name
 */
export function checkClasses(classes: readonly string[] | undefined, url: string | undefined): void {
  if (!classes) return;
  if (url === undefined || basename(url) === basename(CIFAR100_URL)) assertKnown(classes, FINE_LABELS);
}

/** Fixed, so that the drawn pictures are the same on every machine. */
const DRAWING_SEED = 1;

/**
 * Loads the data set from `url` if it is given, else the published CIFAR-100. If that cannot be downloaded, it says so
 * through `onNotice` and uses pictures that the project draws itself. A folder or zip file holds one's own pictures.
 *
 * @throws DatasetError for a `url` that cannot be read, for any archive that is damaged, and for a folder that does not hold
 *   pictures as it should
 */
export async function loadDataset(options: LoadDatasetOptions): Promise<Dataset> {
  const { cacheDir, imageSize, onProgress, onNotice, signal } = options;
  const published = options.published;
  const url = options.url ?? published?.url ?? CIFAR100_URL;
  try {
    const path = await fetchArchive({
      url,
      cacheDir,
      md5: url === published?.url ? published.md5 : PUBLISHED_MD5[url],
      onProgress: (progress) => onProgress?.({ step: "download", ...progress }),
      signal,
    });
    const kind = await kindOf(path);
    if (kind === "archive") return await readCifar(path, { source: url, signal });
    const files = await (kind === "folder" ? filesOfFolder(path) : filesOfZip(path));
    return await readOwnPictures(files, {
      source: url,
      imageSize,
      onProgress: (progress) => onProgress?.({ step: "read", ...progress }),
      signal,
    });
  } catch (error) {
    if (options.url !== undefined || !(error instanceof DownloadUnavailableError)) throw error;
    onNotice?.(
      `${error.reason}; using synthetic pictures, which the project draws itself. ` +
        `For real pictures, set SCONES_DATASET_URL to a copy of the archive.`,
    );
  }
  const path = join(cacheDir, `synthetic-${DRAWING_VERSION}-${DRAWING_SEED}.tar.gz`);
  if (!await exists(path)) {
    await writeSyntheticArchive(path, {
      seed: DRAWING_SEED,
      onProgress: (progress) => onProgress?.({ step: "draw", ...progress }),
      signal,
    });
  }
  return await readCifar(path, { source: SYNTHETIC_MARK, signal });
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
