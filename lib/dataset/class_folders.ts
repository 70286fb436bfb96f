/** Which of the files in a folder are pictures of which class, to train or to test with. */
import { countOf } from "../display/format.ts";
import { DatasetError } from "./errors.ts";
import type { FoundFile } from "./files.ts";

/** A file in a class's folder. */
export interface ClassFile extends FoundFile {
  className: string;
  /** Given by the folder train or test; absent where there are no such folders. */
  split?: "train" | "test";
}

const PICTURE = /\.(png|jpe?g)$/i;

/**
 * Sorts files into classes by their folders, `class/…` or `train/class/…` and `test/class/…`. Folders around all of these
 * do not count, nor files beside the classes' folders that are no pictures.
 *
 * @param source where the files are, for errors
 * @throws DatasetError for pictures outside a class, other files in one, train/ without test/, fewer than two classes, and
 *   a class with too few pictures
 */
export function classFiles(files: readonly FoundFile[], source: string): ClassFile[] {
  let parts = files.map((file) => ({ file, names: file.path.split("/") }));
  const [first] = parts;
  while (
    parts.length > 0 && parts.every(({ names }) => names.length > 2 && names[0] === parts[0]!.names[0])
  ) {
    parts = parts.map(({ file, names }) => ({ file, names: names.slice(1) }));
  }
  const top = new Set(parts.filter(({ names }) => names.length > 1).map(({ names }) => names[0]!));
  if (!first || top.size === 0) {
    throw new DatasetError(`${source} has no folders with pictures. ${LAYOUT}`);
  }
  const hasSplits = top.has("train") || top.has("test");
  if (hasSplits && (top.size !== 2 || !top.has("train") || !top.has("test"))) {
    throw new DatasetError(
      `${source} has the folders ${
        [...top].sort().join(", ")
      }. Where one is named train or test, there must be both, ` +
        `and no other`,
    );
  }
  const found = parts.flatMap(({ file, names }): ClassFile[] => {
    const depth = hasSplits ? 3 : 2;
    if (names.length < depth) {
      if (!PICTURE.test(file.path)) return []; // a readme, a list of labels
      throw new DatasetError(`${file.path} is in no class's folder. ${LAYOUT}`);
    }
    if (!PICTURE.test(file.path)) {
      throw new DatasetError(
        `${file.path} is not a PNG or JPEG file. Convert it, or take it out of the folder`,
      );
    }
    const className = names[depth - 2]!;
    assertName(className);
    return [{ ...file, className, split: hasSplits ? names[0] as "train" | "test" : undefined }];
  });
  assertEnough(found, source, hasSplits);
  return found;
}

const LAYOUT = "Put the pictures of each class into a folder of its own: class/picture.png";

/** The training job gets the names in a list. */
function assertName(name: string): void {
  if (/^[^,\p{Cc}]+$/u.test(name) && name.trim() === name) return;
  throw new DatasetError(
    `The folder ${
      JSON.stringify(name)
    } cannot be the name of a class: it must not contain a comma or begin or end ` +
      `with a space`,
  );
}

function assertEnough(files: readonly ClassFile[], source: string, hasSplits: boolean): void {
  const classes = Map.groupBy(files, ({ className }) => className);
  if (classes.size < 2) {
    throw new DatasetError(
      `${source} has ${
        classes.size === 1 ? `only one class, ${[...classes.keys()][0]}` : "no pictures"
      }. There must ` +
        `be two or more. ${LAYOUT}`,
    );
  }
  for (const [name, members] of classes) {
    for (const split of hasSplits ? ["train", "test"] : []) {
      if (members.some((file) => file.split === split)) continue;
      throw new DatasetError(`The class ${name} has no pictures in ${split}/`);
    }
    if (members.length < 2) {
      throw new DatasetError(
        `The class ${name} has only ${
          countOf(members.length, "picture")
        }. It needs at least two: one to train with ` +
          `and one to test with`,
      );
    }
  }
}
