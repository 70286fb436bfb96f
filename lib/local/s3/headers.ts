/** Which headers of an upload are kept with the object, and which ask for what the local S3 has not. */
import { AwsError, unsupported } from "../errors.ts";

const KEPT = ["cache-control", "content-disposition", "content-language", "expires"];
const MAX_METADATA_BYTES = 2048;

/** What each header may hold: these values change nothing that a client could see. */
const HARMLESS: Readonly<Record<string, string>> = {
  "x-amz-server-side-encryption": "AES256",
  "x-amz-storage-class": "STANDARD",
  "x-amz-tagging-directive": "COPY",
  "x-amz-object-annotation-directive": "COPY",
};
const UNSUPPORTED =
  /^x-amz-(server-side-encryption|copy-source-server-side|storage-class|website-redirect-location|object-lock|object-annotation|tagging|write-offset)/;

/**
 * The headers to answer a GET with, names in lower case.
 * @throws AwsError MetadataTooLarge, AccessControlListNotSupported, NotImplemented
 */
export function storedHeaders(headers: Headers): Record<string, string> {
  const stored: Record<string, string> = {
    "content-type": headers.get("content-type") ?? "binary/octet-stream",
  };
  let metadataBytes = 0;
  for (const [name, value] of headers) {
    if (name.startsWith("x-amz-meta-")) {
      metadataBytes += name.length - "x-amz-meta-".length + value.length;
      stored[name] = value;
    } else if (KEPT.includes(name)) {
      stored[name] = value;
    } else if (name === "content-encoding") {
      const encodings = value.split(",").map((encoding) => encoding.trim());
      const kept = encodings.filter((encoding) => encoding !== "aws-chunked").join(",");
      if (kept !== "") stored[name] = kept;
    } else {
      refuse(name, value);
    }
  }
  if (metadataBytes > MAX_METADATA_BYTES) {
    throw new AwsError(
      "MetadataTooLarge",
      "Your metadata headers exceed the maximum allowed metadata size",
      400,
      {
        Size: metadataBytes,
        MaxSizeAllowed: MAX_METADATA_BYTES,
      },
    );
  }
  return stored;
}

function refuse(name: string, value: string): void {
  // Today's buckets have their ACLs switched off, and take only the one that says so.
  if (name.startsWith("x-amz-grant-") || (name === "x-amz-acl" && value !== "bucket-owner-full-control")) {
    throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
  }
  if (UNSUPPORTED.test(name) && HARMLESS[name] !== value) {
    throw unsupported(`the header ${name}: ${value}`, "NotImplemented", 501);
  }
}
