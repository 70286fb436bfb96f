/** Where buckets' settings are kept: policy, public access block, encryption, lifecycle, tags. */
import type { Store } from "../store.ts";
import type { LifecycleRule } from "./lifecycle_rules.ts";
import type { Tag } from "./tags.ts";

export interface PublicAccessBlock {
  readonly BlockPublicAcls?: boolean;
  readonly IgnorePublicAcls?: boolean;
  readonly BlockPublicPolicy?: boolean;
  readonly RestrictPublicBuckets?: boolean;
}

/** What a new bucket has. */
export const ALL_BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
} satisfies PublicAccessBlock;

/** How new objects are encrypted. */
export interface Encryption {
  readonly SSEAlgorithm: "AES256" | "aws:kms";
  readonly KMSMasterKeyID?: string;
  readonly BucketKeyEnabled: boolean;
}

/** By name. A setting that was never made, or was removed, is absent. */
export interface BucketSettings {
  /** The document as it was sent. */
  policy: string;
  publicAccessBlock: PublicAccessBlock;
  encryption: Encryption;
  lifecycle: readonly LifecycleRule[];
  tags: readonly Tag[];
}

export class SettingsTable {
  /** After the table of buckets: those of older versions have what new ones had. */
  constructor(readonly store: Store) {
    const isNew = !store.get("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 's3_settings'");
    store.db.exec(`
      CREATE TABLE IF NOT EXISTS s3_settings (
        bucket TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (bucket, name)
      ) WITHOUT ROWID`);
    if (isNew) {
      store.run(
        "INSERT INTO s3_settings SELECT name, 'publicAccessBlock', ? FROM s3_buckets",
        JSON.stringify(ALL_BLOCKED),
      );
    }
  }

  get<N extends keyof BucketSettings>(bucket: string, name: N): BucketSettings[N] | undefined {
    const row = this.store.get<{ value: string }>(
      "SELECT value FROM s3_settings WHERE bucket = ? AND name = ?",
      bucket,
      name,
    );
    return row && JSON.parse(row.value);
  }

  put<N extends keyof BucketSettings>(bucket: string, name: N, value: BucketSettings[N]): void {
    this.store.run(
      "INSERT OR REPLACE INTO s3_settings VALUES (?, ?, ?)",
      bucket,
      name,
      JSON.stringify(value),
    );
  }

  remove(bucket: string, name: keyof BucketSettings): void {
    this.store.run("DELETE FROM s3_settings WHERE bucket = ? AND name = ?", bucket, name);
  }

  removeAll(bucket: string): void {
    this.store.run("DELETE FROM s3_settings WHERE bucket = ?", bucket);
  }

  /** The buckets that have a setting. */
  having(name: keyof BucketSettings): string[] {
    return this.store.all<{ bucket: string }>("SELECT bucket FROM s3_settings WHERE name = ?", name)
      .map(({ bucket }) => bucket);
  }
}
