/** The tables of buckets and objects. */
import type { Store } from "../store.ts";
import { filesOf, type Piece } from "./bodies.ts";
import type { ChecksumAlgorithm } from "./checksums.ts";

export interface Bucket {
  readonly Name: string;
  readonly Region: string;
  /** Milliseconds since the epoch. */
  readonly CreationDate: number;
}

export interface Checksum {
  readonly Algorithm: ChecksumAlgorithm;
  /** Base64; a composite checksum ends in `-<number of parts>`. */
  readonly Value: string;
  readonly Type: "FULL_OBJECT" | "COMPOSITE";
}

/** The part of an object that lists show. */
export interface ListedObject {
  readonly Key: string;
  readonly Size: number;
  /** Quoted, as on the wire. */
  readonly ETag: string;
  /** Milliseconds since the epoch, cut to whole seconds as on AWS. */
  readonly LastModified: number;
  readonly Checksum?: Pick<Checksum, "Algorithm" | "Type">;
}

export interface StoredObject extends ListedObject {
  /** Headers to return, names in lower case: content-type, x-amz-meta-… */
  readonly Headers: Readonly<Record<string, string>>;
  readonly Checksum?: Checksum;
  readonly Pieces: readonly Piece[];
}

interface ObjectRow {
  key: string;
  size: number;
  etag: string;
  modified: number;
  checksum: string | null;
  headers: string;
  pieces: string;
}

export class Index {
  constructor(readonly store: Store) {
    store.db.exec(`
      CREATE TABLE IF NOT EXISTS s3_buckets (
        name TEXT PRIMARY KEY, region TEXT NOT NULL, created INTEGER NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS s3_objects (
        bucket TEXT NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
        modified INTEGER NOT NULL, checksum TEXT, headers TEXT NOT NULL, pieces TEXT NOT NULL,
        PRIMARY KEY (bucket, key)
      ) WITHOUT ROWID;
    `);
  }

  bucket(name: string): Bucket | undefined {
    return this.store.get<Bucket>(
      "SELECT name AS Name, region AS Region, created AS CreationDate FROM s3_buckets WHERE name = ?",
      name,
    );
  }

  buckets(): Bucket[] {
    return this.store.all(
      "SELECT name AS Name, region AS Region, created AS CreationDate FROM s3_buckets ORDER BY name",
    );
  }

  addBucket({ Name, Region, CreationDate }: Bucket): void {
    this.store.run("INSERT INTO s3_buckets VALUES (?, ?, ?)", Name, Region, CreationDate);
  }

  removeBucket(name: string): void {
    this.store.run("DELETE FROM s3_buckets WHERE name = ?", name);
  }

  object(bucket: string, key: string): StoredObject | undefined {
    const row = this.store.get<ObjectRow>(
      "SELECT * FROM s3_objects WHERE bucket = ? AND key = ?",
      bucket,
      key,
    );
    return row && {
      ...listed(row),
      Headers: JSON.parse(row.headers),
      Checksum: row.checksum === null ? undefined : JSON.parse(row.checksum),
      Pieces: JSON.parse(row.pieces),
    };
  }

  putObject(bucket: string, object: StoredObject): void {
    this.store.run(
      `INSERT OR REPLACE INTO s3_objects (bucket, key, size, etag, modified, checksum, headers, pieces)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      bucket,
      object.Key,
      object.Size,
      object.ETag,
      object.LastModified,
      object.Checksum ? JSON.stringify(object.Checksum) : null,
      JSON.stringify(object.Headers),
      JSON.stringify(object.Pieces),
    );
  }

  removeObject(bucket: string, key: string): void {
    this.store.run("DELETE FROM s3_objects WHERE bucket = ? AND key = ?", bucket, key);
  }

  /** Up to `limit` objects with `from` <= key < `to`, sorted by the keys' UTF-8 bytes as on AWS. */
  scan(bucket: string, from: string, to: string | undefined, limit: number): ListedObject[] {
    const columns =
      "SELECT key, size, etag, modified, checksum FROM s3_objects WHERE bucket = ? AND key >= ?";
    const rows = to === undefined
      ? this.store.all<ObjectRow>(`${columns} ORDER BY key LIMIT ?`, bucket, from, limit)
      : this.store.all<ObjectRow>(`${columns} AND key < ? ORDER BY key LIMIT ?`, bucket, from, to, limit);
    return rows.map(listed);
  }

  /** Every file that an object refers to; only objects larger than `inlineBytes` have files. */
  *files(inlineBytes: number): Generator<string> {
    const sql = "SELECT pieces FROM s3_objects WHERE size > ?";
    for (const { pieces } of this.store.all<{ pieces: string }>(sql, inlineBytes)) {
      yield* filesOf(JSON.parse(pieces) as Piece[]);
    }
  }
}

/** The first string after all that begin with `prefix`, by code points; undefined if there is none, as for "". */
export function afterPrefix(prefix: string): string | undefined {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0)!;
    // Surrogates, D800 to DFFF, are not characters.
    if (point < 0x10ffff) {
      return points.join("") + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
    }
  }
}

function listed({ key, size, etag, modified, checksum }: ObjectRow): ListedObject {
  return {
    Key: key,
    Size: size,
    ETag: etag,
    LastModified: modified,
    Checksum: checksum === null ? undefined : JSON.parse(checksum),
  };
}
