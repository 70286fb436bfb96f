/** One's own pictures as a data set: a folder or zip file with a folder of pictures for each class. */
import { createHash } from "node:crypto";
import sharp from "sharp";
import { mapBounded } from "../concurrent.ts";
import { asPng, type PictureSize } from "./as_png.ts";
import { type ClassFile, classFiles } from "./class_folders.ts";
import type { Dataset, Split } from "./dataset.ts";
import { DatasetError, reasonOf } from "./errors.ts";
import type { FoundFile } from "./files.ts";
import type { Progress } from "./progress.ts";

export interface OwnPicturesOptions {
  /** Where the files are, for display and errors. */
  source: string;
  /** Side in pixels to which all pictures are brought; without it they must have one size. */
  imageSize?: number;
  /** In pictures. */
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** A file that has been looked at. */
interface Known extends ClassFile {
  width: number;
  height: number;
  /** SHA-256 of its bytes. */
  hash: string;
}

const CONCURRENCY = 8;
/** The share of the test pictures, one in six as in CIFAR-100, where no folders say which they are. */
const TEST_SHARE = 1 / 6;
/** The network halves the sides three times. */
const MIN_SIDE = 16;
/**
 * As PNG and in base64 a larger picture may exceed the 256 KiB that Step Functions passes from state to state.
 * Source: Step Functions' guide, "Quotas".
 */
const MAX_RGB_BYTES = 185_000;

/**
 * Reads pictures from class folders; see `classFiles` for the layout. Where no folders train and test say so, a picture is
 * for training or testing by the hash of its file: more pictures change nothing for those that are there, and copies of a
 * picture stay together.
 *
 * @throws DatasetError for files that are not pictures, for different sizes, and for pictures that are too small or too large
 */
export async function readOwnPictures(
  files: readonly FoundFile[],
  { source, imageSize, onProgress, signal }: OwnPicturesOptions,
): Promise<Dataset> {
  const sorted = classFiles(files, source);
  let done = 0;
  const known = await mapBounded(sorted, CONCURRENCY, async (file) => {
    const looked = await look(file);
    onProgress?.({ done: ++done, total: sorted.length });
    return looked;
  }, signal);
  const size = imageSize ? { width: imageSize, height: imageSize } : commonSize(known);
  const labelNames = [...new Set(known.map(({ className }) => className))].sort();
  const tests = labelNames.flatMap((name) => testFiles(known.filter(({ className }) => className === name)));
  const isTest = new Set(tests);
  const split = (test: boolean) =>
    splitOf(known.filter((file) => isTest.has(file) === test), labelNames, size);
  return {
    train: split(false),
    test: split(true),
    labelNames,
    defaultClasses: labelNames,
    ...size,
    source,
    synthetic: false,
  };
}

async function look(file: ClassFile): Promise<Known> {
  const bytes = await file.read();
  try {
    const { format, autoOrient: { width, height } } = await sharp(bytes).metadata();
    if (format !== "png" && format !== "jpeg") throw new Error(`it is a ${format} file`);
    return { ...file, width, height, hash: createHash("sha256").update(bytes).digest("hex") };
  } catch (error) {
    throw new DatasetError(`${file.path} is not a PNG or JPEG picture: ${reasonOf(error)}`, { cause: error });
  }
}

function commonSize(files: readonly Known[]): { width: number; height: number } {
  const bySize = files.toSorted((a, b) => a.width * a.height - b.width * b.height);
  const [smallest, largest] = [bySize[0]!, bySize.at(-1)!];
  const { width, height } = largest;
  const text = (file: Known) => `${file.width} × ${file.height} (${file.path})`;
  const remedy = "Set SCONES_IMAGE_SIZE, for example to 64, to bring all pictures to 64 × 64 pixels";
  const other = files.find((file) => file.width !== width || file.height !== height);
  if (other) {
    const range = [smallest.width === width && smallest.height === height ? other : smallest, largest];
    throw new DatasetError(
      `The pictures have different sizes, such as ${range.map(text).join(" and ")}. ${remedy}`,
    );
  }
  if (Math.min(width, height) < MIN_SIDE) {
    throw new DatasetError(
      `The pictures have ${width} × ${height} pixels; the sides must have ${MIN_SIDE} or more. ${remedy}`,
    );
  }
  if (3 * width * height > MAX_RGB_BYTES) {
    throw new DatasetError(
      `The pictures have ${width} × ${height} pixels, too many for the state machine, which passes on at most 256 KiB. ` +
        remedy,
    );
  }
  return { width, height };
}

/** The test pictures among those of a class: at least one, and not all. */
function testFiles(files: readonly Known[]): Known[] {
  if (files[0]!.split) return files.filter(({ split }) => split === "test");
  const byHash = files.toSorted((a, b) => a.hash < b.hash ? -1 : 1);
  const share = ({ hash }: Known) => parseInt(hash.slice(0, 8), 16) / 2 ** 32;
  const count = byHash.filter((file) => share(file) < TEST_SHARE).length;
  return byHash.slice(0, Math.min(Math.max(1, count), files.length - 1));
}

function splitOf(
  files: readonly Known[],
  labelNames: readonly string[],
  size: PictureSize,
): Split {
  return {
    fineLabels: Uint16Array.from(files, ({ className }) => labelNames.indexOf(className)),
    filenames: files.map(stagedName),
    picture: (row) => ({
      png: () => toPng(files[row]!, size),
      fingerprint: () => `${files[row]!.hash} ${size.width} ${size.height}`,
    }),
  };
}

/** `cat_tom_0a1b2c3d.png`: readable, plain, and different for every file. */
function stagedName({ className, path, hash }: Known): string {
  const plain = (text: string) => text.replaceAll(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+/, "").slice(0, 60);
  const stem = path.split("/").at(-1)!.replace(/\.[^.]*$/, "");
  const digest = createHash("sha256").update(path).update(hash).digest("hex").slice(0, 8);
  return `${[plain(className), plain(stem), digest].filter((part) => part !== "").join("_")}.png`;
}

async function toPng(file: Known, size: PictureSize): Promise<Uint8Array> {
  try {
    return await asPng(await file.read(), size, file);
  } catch (error) {
    throw new DatasetError(`${file.path} cannot be read as a picture: ${reasonOf(error)}`, { cause: error });
  }
}
