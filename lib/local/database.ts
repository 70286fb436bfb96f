/** Opens the database of a state directory, and says what is wrong when it cannot. */
import { DatabaseSync } from "node:sqlite";
import { accessSync, chmodSync, constants, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Databases up to this size are checked for damage at every start, about 1 ms for each megabyte. */
const CHECKED_BYTES = 64 * 2 ** 20;

export interface OpenDatabase {
  readonly db: DatabaseSync;
  /** Whether there was none before: nothing else in the directory may be taken for forgotten then. */
  readonly isNew: boolean;
}

/**
 * Opens `<stateDir>/aws.sqlite` for this process alone. A damaged database is left as it is.
 * @throws Error that names the file, and what to do: it is in use, damaged, read-only, not accessible, or the disk is full
 */
export function openDatabase(stateDir: string): OpenDatabase {
  const file = join(stateDir, "aws.sqlite");
  let db: DatabaseSync | undefined;
  try {
    // What functions and notebooks store is their user's alone. A directory that is there keeps its mode.
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const before = statSync(file, { throwIfNoEntry: false });
    db = new DatabaseSync(file);
    // The lock is held until the process ends, however it ends: two servers cannot share a directory.
    db.exec(
      "PRAGMA busy_timeout = 2000; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; " +
        "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000; BEGIN EXCLUSIVE; COMMIT",
    );
    chmodSync(file, 0o600);
    const isNew = before === undefined || before.size === 0;
    if (before && before.size <= CHECKED_BYTES) requireSound(db);
    return { db, isNew };
  } catch (cause) {
    db?.close();
    throw new Error(`Cannot open the state directory ${stateDir}: ${whatIsWrong(cause as Error, file)}`, {
      cause,
    });
  }
}

function requireSound(db: DatabaseSync): void {
  const { quick_check: result } = db.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
  if (result !== "ok") throw new Error(`database disk image is malformed: ${result.replaceAll("\n", " ")}`);
}

/** The reason in words, and what to do. Node's SQLite gives no codes under Deno, only SQLite's messages. */
export function whatIsWrong(error: Error & { code?: string }, file: string): string {
  const { message, code } = error;
  const directory = join(file, "..");
  const elsewhere = "or point SCONES_STATE_DIR to another directory.";
  if (/locked|busy/.test(message)) return `another local AWS is using it. Stop that one, ${elsewhere}`;
  if (/malformed|not a database/.test(message)) {
    return `its database ${file} is damaged (${message}). It was left as it is. Put a copy of it back if you have ` +
      `one. To start with an empty one, move it away, with ${file}-wal if that is there: the files of objects in ` +
      `${join(directory, "s3")} are kept.`;
  }
  if (/disk is full/.test(message) || code === "ENOSPC") {
    return `the disk is full. Nothing that is stored is lost. Make some room, ${elsewhere}`;
  }
  if (code === "ENOTDIR" || code === "EEXIST") return `it is not a directory. Remove it, ${elsewhere}`;
  if (isDirectory(file)) {
    return `${file} is a directory, where the database should be. Remove it, ${elsewhere}`;
  }
  if (code === "EACCES" || code === "EPERM" || !may(constants.W_OK | constants.X_OK, directory)) {
    return `it cannot be written. Make it writable (chmod u+rwx ${directory}), ${elsewhere}`;
  }
  if (/readonly|read-only/.test(message) || code === "EROFS" || !may(constants.R_OK | constants.W_OK, file)) {
    return `its database ${file} is read-only. Make it writable (chmod u+rw ${file}), ${elsewhere}`;
  }
  return `${message} (${file}).`;
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Whether this process has the access to the path, or would have if it were there. */
function may(access: number, path: string): boolean {
  try {
    accessSync(path, access);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "ENOENT";
  }
}
