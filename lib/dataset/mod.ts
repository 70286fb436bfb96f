/** Loads the data set: CIFAR-100, or pictures that the project draws itself. */
import { basename, join } from "node:path";
import { type Cifar, readCifar, SYNTHETIC_MARK } from "./cifar.ts";
import { DownloadUnavailableError } from "./errors.ts";
import { FINE_LABELS } from "./labels.ts";
import type { Progress } from "./progress.ts";
import { assertKnown } from "./select.ts";
import { CIFAR100_MD5, CIFAR100_URL, fetchArchive } from "./source.ts";
import { DRAWING_VERSION, writeSyntheticArchive } from "./synthetic.ts";

export { batchFrame, type Picture, selectClasses, type Selection } from "./select.ts";
export { type StagedFiles, stageFiles } from "./stage_files.ts";
export { formatLst, type LstEntry, parseLst } from "./lst.ts";
export { encodePng } from "./png.ts";
export { DatasetError } from "./errors.ts";
export type { Progress } from "./progress.ts";
export type { Cifar } from "./cifar.ts";

export interface LoadDatasetOptions {
  /** The value of SCONES_DATASET_URL; without it the published archive is used. */
  url?: string;
  /** Folder for the download and the drawn pictures. */
  cacheDir: string;
  /** Bytes while downloading, pictures while drawing. */
  onProgress?: (progress: Progress & { step: "download" | "draw" }) => void;
  /** Called with a line that the user should see. */
  onNotice?: (line: string) => void;
  signal?: AbortSignal;
  /** The published archive; tests use their own. */
  published?: { url: string; md5: string };
}

/**
 * Checks the names of classes where they are known before the archive is there: those of CIFAR-100.
 * @param url the value of SCONES_DATASET_URL
 * @throws DatasetError for an unknown name
 */
export function checkClasses(classes: readonly string[], url: string | undefined): void {
  if (url === undefined || basename(url) === basename(CIFAR100_URL)) assertKnown(classes, FINE_LABELS);
}

/** Fixed, so that the drawn pictures are the same on every machine. */
const DRAWING_SEED = 1;

/**
 * Loads the data set from `url` if it is given, else the published CIFAR-100. If that cannot be downloaded, it says so
 * through `onNotice` and uses pictures that the project draws itself.
 *
 * @throws DatasetError for a `url` that cannot be read, and for any archive that is damaged
 */
export async function loadDataset(options: LoadDatasetOptions): Promise<Cifar> {
  const { cacheDir, onProgress, onNotice, signal } = options;
  const published = options.published ?? { url: CIFAR100_URL, md5: CIFAR100_MD5 };
  const url = options.url ?? published.url;
  try {
    const path = await fetchArchive({
      url,
      cacheDir,
      md5: url === published.url ? published.md5 : undefined,
      onProgress: (progress) => onProgress?.({ step: "download", ...progress }),
      signal,
    });
    return await readCifar(path, { source: url, signal });
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
