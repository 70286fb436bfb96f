/** The checksums that S3 verifies and returns, computed incrementally. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** Names as in `x-amz-sdk-checksum-algorithm`; in lower case in `x-amz-checksum-<name>`. */
export const CHECKSUM_ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = typeof CHECKSUM_ALGORITHMS[number];

/** The length of each algorithm's value, in bytes. */
export const CHECKSUM_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

/** A checksum in progress. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

export function createHasher(algorithm: ChecksumAlgorithm | "MD5"): Hasher {
  switch (algorithm) {
    case "CRC32":
      return crcHasher((bytes, crc) => crc32(bytes, crc));
    case "CRC32C":
      return crcHasher(crc32c);
    case "CRC64NVME":
      return crc64Hasher();
    default: {
      const hash = createHash(algorithm);
      return { update: (bytes) => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) };
    }
  }
}

function crcHasher(step: (bytes: Uint8Array, crc: number) => number): Hasher {
  let crc = 0;
  return {
    update: (bytes) => void (crc = step(bytes, crc)),
    digest() {
      const value = new Uint8Array(4);
      new DataView(value.buffer).setUint32(0, crc);
      return value;
    },
  };
}

/** The Castagnoli polynomial, reflected (RFC 3720, appendix B.4). */
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function crc32c(bytes: Uint8Array, start: number): number {
  let crc = ~start;
  for (const byte of bytes) crc = CRC32C_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The NVM Express polynomial, reflected, as two 32-bit halves: [high, low] of each table entry. */
const CRC64_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => byte).reduce((table, byte) => {
  let high = 0, low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (odd) [high, low] = [high ^ 0x9a6c9329, low ^ 0xac4bc9b5];
  }
  table[2 * byte] = high;
  table[2 * byte + 1] = low;
  return table;
}, new Uint32Array(512));

function crc64Hasher(): Hasher {
  let high = ~0, low = ~0;
  return {
    update(bytes) {
      for (const byte of bytes) {
        const entry = 2 * ((low ^ byte) & 0xff);
        low = ((low >>> 8) | (high << 24)) ^ CRC64_TABLE[entry + 1]!;
        high = (high >>> 8) ^ CRC64_TABLE[entry]!;
      }
    },
    digest() {
      const value = new Uint8Array(8);
      const view = new DataView(value.buffer);
      view.setUint32(0, ~high);
      view.setUint32(4, ~low);
      return value;
    },
  };
}
