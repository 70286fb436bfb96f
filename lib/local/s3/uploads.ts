/** The tables of multipart uploads: those in progress with their parts, and completed ones. */
import type { Store } from "../store.ts";
import { filesOf, type Piece } from "./bodies.ts";
import type { ChecksumAlgorithm } from "./checksums.ts";
import type { Checksum } from "./index.ts";

export interface Upload {
  readonly UploadId: string;
  readonly Bucket: string;
  readonly Key: string;
  /** Milliseconds since the epoch. */
  readonly Initiated: number;
  /** Headers of the future object. */
  readonly Headers: Readonly<Record<string, string>>;
  readonly ChecksumAlgorithm?: ChecksumAlgorithm;
  readonly ChecksumType?: Checksum["Type"];
}

export interface Part {
  readonly PartNumber: number;
  /** Hexadecimal, without quotes. */
  readonly Md5: string;
  readonly LastModified: number;
  readonly Piece: Piece;
  readonly Checksum?: Checksum;
}

/** A completed upload, with what the answer needs. */
export interface Completed {
  readonly UploadId: string;
  readonly Bucket: string;
  readonly Key: string;
  /** Part numbers and entity tags as the client listed them. */
  readonly Parts: readonly (readonly [number, string])[];
  readonly ETag: string;
  readonly Checksum?: Checksum;
}

/** How long a repeated completion gets the same answer. */
const COMPLETED_MS = 24 * 3600 * 1000;

interface Row {
  value: string;
}

export class Uploads {
  constructor(readonly store: Store) {
    store.db.exec(`
      CREATE TABLE IF NOT EXISTS s3_uploads (
        id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS s3_uploads_by_key ON s3_uploads (bucket, key, id);
      CREATE TABLE IF NOT EXISTS s3_parts (
        upload TEXT NOT NULL, number INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (upload, number)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS s3_completed (
        id TEXT PRIMARY KEY, time INTEGER NOT NULL, value TEXT NOT NULL
      ) WITHOUT ROWID;
    `);
  }

  get(id: string): Upload | undefined {
    return first(this.store.all("SELECT value FROM s3_uploads WHERE id = ?", id));
  }

  add(upload: Upload): void {
    const { UploadId, Bucket, Key } = upload;
    this.store.run(
      "INSERT INTO s3_uploads VALUES (?, ?, ?, ?)",
      UploadId,
      Bucket,
      Key,
      JSON.stringify(upload),
    );
  }

  /** Uploads of a bucket, sorted by key and id. */
  of(bucket: string): Upload[] {
    return parsed(this.store.all("SELECT value FROM s3_uploads WHERE bucket = ? ORDER BY key, id", bucket));
  }

  /** Parts sorted by their numbers. */
  parts(id: string): Part[] {
    return parsed(this.store.all("SELECT value FROM s3_parts WHERE upload = ? ORDER BY number", id));
  }

  /** Returns the part that was replaced. */
  putPart(id: string, part: Part): Part | undefined {
    return this.store.transaction(() => {
      const replaced = first<Part>(
        this.store.all("SELECT value FROM s3_parts WHERE upload = ? AND number = ?", id, part.PartNumber),
      );
      this.store.run(
        "INSERT OR REPLACE INTO s3_parts VALUES (?, ?, ?)",
        id,
        part.PartNumber,
        JSON.stringify(part),
      );
      return replaced;
    });
  }

  /** Deletes the upload; returns its parts. */
  remove(id: string): Part[] {
    return this.store.transaction(() => {
      const parts = this.parts(id);
      this.store.run("DELETE FROM s3_parts WHERE upload = ?", id);
      this.store.run("DELETE FROM s3_uploads WHERE id = ?", id);
      return parts;
    });
  }

  completed(id: string): Completed | undefined {
    return first(this.store.all("SELECT value FROM s3_completed WHERE id = ?", id));
  }

  /** @param now milliseconds since the epoch */
  putCompleted(completed: Completed, now: number): void {
    this.store.run("DELETE FROM s3_completed WHERE time < ?", now - COMPLETED_MS);
    const { UploadId } = completed;
    this.store.run("INSERT INTO s3_completed VALUES (?, ?, ?)", UploadId, now, JSON.stringify(completed));
  }

  /** Deletes all uploads of a bucket; returns the pieces of their parts. */
  removeAll(bucket: string): Piece[] {
    return this.of(bucket).flatMap(({ UploadId }) => this.remove(UploadId)).map(({ Piece }) => Piece);
  }

  /** Every file that a part refers to. */
  *files(): Generator<string> {
    for (const { Piece } of parsed<Part>(this.store.all("SELECT value FROM s3_parts"))) {
      yield* filesOf([Piece]);
    }
  }
}

function parsed<T>(rows: Row[]): T[] {
  return rows.map(({ value }) => JSON.parse(value));
}

function first<T>(rows: Row[]): T | undefined {
  return parsed<T>(rows)[0];
}
