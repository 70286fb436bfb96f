/** Draws a data set where the real one cannot be downloaded. */
import { dirname } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { packTar } from "modern-tar";
import { mapBounded } from "../concurrent.ts";
import { SYNTHETIC_MARK } from "./cifar.ts";
import { ROW_BYTES } from "./cifar_rows.ts";
import { drawPicture } from "./drawing/picture.ts";
import { Random } from "./drawing/random.ts";
import { DRAWN, type DrawnClass } from "./drawing/scene.ts";
import { COARSE_LABELS, FINE_LABELS } from "./labels.ts";
import { type Writable, writePickle } from "./pickle_writer.ts";
import type { Progress } from "./progress.ts";

/** The classes that the project can draw, by their names in CIFAR-100. */
export const DRAWN_CLASSES = Object.keys(DRAWN) as DrawnClass[];

export interface SyntheticOptions {
  seed: number;
  /** Default: all of DRAWN_CLASSES. */
  classes?: DrawnClass[];
  /** Pictures per class; default as CIFAR-100: 500 and 100. */
  trainPerClass?: number;
  testPerClass?: number;
  /** In pictures. */
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

interface Row {
  className: DrawnClass;
  filename: string;
  /** Number of the picture's stream of random numbers. */
  stream: number;
}

/** Increased with every change of the drawings, so that old pictures in a cache are not used. */
export const DRAWING_VERSION = 1;

const CONCURRENCY = 8;

/**
 * Writes an archive of drawn pictures in the format of cifar-100-python.tar.gz, with pickles and all 100 label names. The
 * same options give the same pictures in the same order. The file is renamed into place when it is complete.
 */
export async function writeSyntheticArchive(path: string, options: SyntheticOptions): Promise<void> {
  const { seed, classes = DRAWN_CLASSES, trainPerClass = 500, testPerClass = 100 } = options;
  const random = new Random(seed);
  const train = random.shuffle(rowsOf(classes, 0, trainPerClass));
  const test = random.shuffle(rowsOf(classes, trainPerClass, testPerClass));
  let done = 0;
  const pictures = await mapBounded([...train, ...test], CONCURRENCY, async ({ className, stream }) => {
    const row = await drawPicture(className, seed, stream);
    options.onProgress?.({ done: ++done, total: train.length + test.length });
    return row;
  }, options.signal);
  const members = {
    train: batch(train, pictures.slice(0, train.length), `training batch 1 of 1, ${SYNTHETIC_MARK}`),
    test: batch(test, pictures.slice(train.length), `testing batch 1 of 1, ${SYNTHETIC_MARK}`),
    meta: writePickle(
      new Map([["fine_label_names", [...FINE_LABELS]], ["coarse_label_names", [...COARSE_LABELS]]]),
    ),
  };
  const mtime = new Date(0); // so that the same content gives the same bytes
  const tar = await packTar([
    { header: { name: "cifar-100-python/", type: "directory", size: 0, mode: 0o755, mtime } },
    ...Object.entries(members).map(([name, body]) => ({
      header: { name: `cifar-100-python/${name}`, size: body.length, mode: 0o644, mtime },
      body,
    })),
  ]);
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(`${path}.part`, await promisify(gzip)(tar, { level: 1 }));
  await Deno.rename(`${path}.part`, path);
}

function rowsOf(classes: DrawnClass[], first: number, count: number): Row[] {
  return classes.flatMap((className) =>
    Array.from({ length: count }, (_, i): Row => {
      const number = first + i;
      return {
        className,
        filename: `drawn_${className}_s_${String(number).padStart(6, "0")}.png`,
        stream: FINE_LABELS.indexOf(className) * 1_000_000 + number + 1,
      };
    })
  );
}

function batch(rows: Row[], pictures: Uint8Array[], title: string): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(rows.length * ROW_BYTES);
  pictures.forEach((picture, i) => data.set(picture, i * ROW_BYTES));
  return writePickle(
    new Map<string, Writable>([
      ["filenames", rows.map(({ filename }) => filename)],
      ["batch_label", title],
      ["fine_labels", rows.map(({ className }) => FINE_LABELS.indexOf(className))],
      ["coarse_labels", rows.map(() => COARSE_LABELS.indexOf("vehicles_1"))], // of every drawn class
      ["data", { rows: rows.length, columns: ROW_BYTES, data }],
    ]),
  );
}
